-- Exports that have been over for long and have no file any more.
-- :before moment, :most rows
DELETE FROM export_jobs
WHERE id IN (
    SELECT id
    FROM export_jobs
    WHERE (status IN ('failed', 'cancelled') OR (status = 'completed' AND file_removed_at IS NOT NULL))
        AND coalesce(completed_at, updated_at) <= :before
    ORDER BY id
    LIMIT :most
    FOR UPDATE SKIP LOCKED
)
RETURNING id
