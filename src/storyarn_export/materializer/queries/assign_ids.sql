-- New ids for rows that have one in the file and become new rows, per kind in the order of the old ones as numbers,
-- texts after them.
-- $1 kinds, $2 names of the sequences of their tables
INSERT INTO ids (kind, ordinal, parent, old_id, new_id, action)
SELECT sorted.kind, sorted.ordinal, sorted.parent, sorted.old_id, nextval(sorted.sequence), 'create'
FROM (
    SELECT row.kind, row.ordinal, row.parent, row.old_id, sequence.name::regclass AS sequence
    FROM staged AS row
    JOIN unnest($1::text[], $2::text[]) AS sequence (kind, name) ON sequence.kind = row.kind
    WHERE row.old_id IS NOT NULL AND NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
    ORDER BY
        row.kind,
        row.old_number NULLS LAST,
        CASE WHEN row.old_number IS NULL THEN row.old_id !~ '^[0-9]+$' END,
        CASE WHEN row.old_number IS NULL AND row.old_id ~ '^[0-9]+$' THEN length(row.old_id) END,
        row.old_id,
        row.ordinal
) AS sorted
