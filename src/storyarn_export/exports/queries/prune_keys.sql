-- Keys of requests that have been kept for long enough.
-- :before moment, :most rows
DELETE FROM idempotency_keys
WHERE (user_id, key) IN (
    SELECT user_id, key
    FROM idempotency_keys
    WHERE inserted_at <= :before
    ORDER BY inserted_at
    LIMIT :most
    FOR UPDATE SKIP LOCKED
)
RETURNING user_id
