-- Queue entries by queue and state. `scheduled` ones are not to be taken yet; `stranded` ones are said to run, but
-- their worker has been silent for :stalled_after_seconds or is gone.
SELECT
    entry.queue_name AS queue,
    CASE
        WHEN entry.status = 'doing' THEN 'doing'
        WHEN entry.scheduled_at > clock_timestamp() THEN 'scheduled'
        ELSE 'todo'
    END AS status,
    count(*) AS entries,
    count(*) FILTER (
        WHERE entry.status = 'doing'
        AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :stalled_after_seconds))
    ) AS stranded
FROM procrastinate_jobs AS entry
LEFT JOIN procrastinate_workers AS worker ON worker.id = entry.worker_id
WHERE entry.status IN ('todo', 'doing')
GROUP BY 1, 2
