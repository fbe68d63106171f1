-- Entries that seem to run, whose worker has given no sign of life for too long or is gone.
-- :tasks names of tasks, :stalled_after seconds, :most rows
SELECT entry.id, (entry.args ->> 'job_id')::uuid AS job_id, entry.abort_requested
FROM procrastinate_jobs AS entry
LEFT JOIN procrastinate_workers AS worker ON worker.id = entry.worker_id
WHERE entry.status = 'doing' AND entry.task_name = ANY (:tasks)
    AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => :stalled_after))
ORDER BY entry.id
LIMIT :most
FOR UPDATE OF entry SKIP LOCKED
