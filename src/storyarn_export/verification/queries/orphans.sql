-- Verifications that nobody will ever run to an end: their entry is over or gone, or they ran inside a request whose
-- process is gone. A request is quick, so that a long silence says enough.
-- :stalled_after seconds, :request_limit seconds, :most rows
SELECT job.id
FROM export_jobs AS job,
    LATERAL (
        SELECT CAST(coalesce(job.verification ->> 'started_at', job.verification ->> 'requested_at') AS timestamptz) AS at
    ) AS begun
WHERE job.verification ->> 'status' IN ('pending', 'running')
    AND CASE
        WHEN job.verification_entry IS NULL THEN begun.at < now() - make_interval(secs => :request_limit)
        ELSE begun.at < now() - make_interval(secs => :stalled_after) AND NOT EXISTS (
            SELECT FROM procrastinate_jobs AS entry
            WHERE entry.id = job.verification_entry AND entry.status IN ('todo', 'doing')
        )
    END
ORDER BY job.id
LIMIT :most
FOR UPDATE OF job SKIP LOCKED
