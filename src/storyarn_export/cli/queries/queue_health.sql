-- Jobs that wait and run, and workers that have shown a sign of life within %(stalled_after_seconds)s seconds.
SELECT
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') AS waiting,
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing') AS running,
    (
        SELECT count(*)
        FROM procrastinate_workers
        WHERE last_heartbeat > now() - make_interval(secs => %(stalled_after_seconds)s)
    ) AS workers
