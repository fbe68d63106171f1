-- The oldest workspace that a user owns.
-- $1 user
SELECT id FROM workspaces WHERE owner_id = $1 ORDER BY id LIMIT 1
