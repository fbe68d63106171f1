-- The ids of the file, moved; rows that have no number for an id stay without, and are missed.
-- $1 kinds, $2 how far
INSERT INTO ids (kind, ordinal, parent, old_id, new_id, action)
SELECT row.kind, row.ordinal, row.parent, row.old_id, row.old_number + $2::bigint, 'create'
FROM staged AS row
WHERE row.kind = ANY ($1::text[])
    AND row.old_number IS NOT NULL
    AND NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
