-- Moments of periodic tasks that have been queued for. Missed ones are not made up for after ten minutes, so that
-- those of long ago are not needed to tell which were.
-- :before seconds since 1970, :after id of the last one pruned, :most rows
DELETE FROM procrastinate_periodic_defers
WHERE id IN (
    SELECT id
    FROM procrastinate_periodic_defers
    WHERE defer_timestamp < :before AND id > :after
    ORDER BY id
    LIMIT :most
    FOR UPDATE SKIP LOCKED
)
RETURNING id
