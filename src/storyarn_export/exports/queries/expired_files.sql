-- Completed exports whose file is kept no longer and is not known to be removed, oldest first.
-- :before moment up to which files have expired, :after_time and :after_id the last one seen, :most rows
SELECT id, file_key, expires_at
FROM export_jobs
WHERE status = 'completed' AND file_removed_at IS NULL AND expires_at <= :before
    AND (expires_at, id) > (CAST(:after_time AS timestamptz), CAST(:after_id AS uuid))
ORDER BY expires_at, id
LIMIT :most
