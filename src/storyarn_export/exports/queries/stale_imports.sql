-- Imports that nobody has gone on with in time are over.
-- :now moment, :most rows
WITH stale AS (
    SELECT id
    FROM import_jobs
    WHERE status IN ('parsing', 'ready') AND expires_at <= :now
    ORDER BY id
    LIMIT :most
    FOR UPDATE SKIP LOCKED
)
UPDATE import_jobs AS job
SET status = 'expired', run_token = NULL, seq = job.seq + 1, updated_at = clock_timestamp()
FROM stale
WHERE job.id = stale.id
RETURNING job.id, job.seq, job.user_id
