-- Imports that nobody will ever run to an end: their entry is over or gone, or they ran inside a request whose process
-- is gone. A request is quick, so that a long silence says enough.
-- :stalled_after seconds, :request_limit seconds, :most rows
SELECT job.id
FROM import_jobs AS job
WHERE job.status IN ('parsing', 'queued', 'retrying', 'running')
    AND CASE
        WHEN job.queue_job_id IS NULL THEN job.updated_at < now() - make_interval(secs => :request_limit)
        ELSE job.updated_at < now() - make_interval(secs => :stalled_after) AND NOT EXISTS (
            SELECT FROM procrastinate_jobs AS entry
            WHERE entry.id = job.queue_job_id AND entry.status IN ('todo', 'doing')
        )
    END
ORDER BY job.id
LIMIT :most
FOR UPDATE OF job SKIP LOCKED
