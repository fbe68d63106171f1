-- Imports that have been over for long and have no file any more.
-- :before moment, :most rows
DELETE FROM import_jobs
WHERE id IN (
    SELECT id
    FROM import_jobs
    WHERE status IN ('expired', 'completed', 'failed', 'cancelled') AND source_key IS NULL
        AND coalesce(completed_at, updated_at) <= :before
    ORDER BY id
    LIMIT :most
    FOR UPDATE SKIP LOCKED
)
RETURNING id
