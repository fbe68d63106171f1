-- Entries of the queue that have been over for a while, with their events; what people want to know of them is in the
-- rows of jobs. An entry may have been scheduled for later than it was cancelled: those events do not count.
-- :before moment, :after id of the last one pruned, :most rows
WITH finished AS (
    SELECT entry.id
    FROM procrastinate_jobs AS entry
    WHERE entry.status IN ('succeeded', 'failed', 'cancelled', 'aborted') AND entry.id > :after
        AND NOT EXISTS (
            SELECT FROM procrastinate_events AS event
            WHERE event.job_id = entry.id AND event.type <> 'scheduled' AND event.at > :before
        )
    ORDER BY entry.id
    LIMIT :most
    FOR UPDATE OF entry SKIP LOCKED
)
DELETE FROM procrastinate_jobs AS entry
USING finished
WHERE entry.id = finished.id
RETURNING entry.id
