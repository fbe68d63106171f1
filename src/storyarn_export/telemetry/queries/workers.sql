-- Workers that have given a sign of life within :stalled_after_seconds, and the longest silence of any that is known.
SELECT
    count(*) FILTER (
        WHERE last_heartbeat >= now() - make_interval(secs => :stalled_after_seconds)
    ) AS alive,
    extract(epoch FROM max(clock_timestamp() - last_heartbeat)) AS silent_seconds
FROM procrastinate_workers
