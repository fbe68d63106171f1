-- Rows that the project has already keep its ids.
-- $1 kinds
INSERT INTO ids (kind, ordinal, parent, old_id, new_id, action)
SELECT kind, ordinal, parent, old_id, existing_id, action FROM settled
WHERE kind = ANY ($1::text[]) AND existing_id IS NOT NULL AND old_id IS NOT NULL
