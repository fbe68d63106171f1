-- Rows below roots that make no new row. Below what stays as it is nothing is added.
-- $1 kinds of the rows
INSERT INTO settled (kind, ordinal, parent, old_id, existing_id, action)
SELECT row.kind, row.ordinal, row.parent, row.old_id, match.existing_id,
    CASE WHEN match.existing_id IS NULL THEN 'omit' ELSE root.action END
FROM staged AS row
JOIN settled AS root ON root.ordinal = row.parent
LEFT JOIN matches AS match ON match.ordinal = row.ordinal
WHERE row.kind = ANY ($1::text[]) AND (root.action <> 'update' OR match.existing_id IS NOT NULL)
