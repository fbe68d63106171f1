-- What took the place of some rows.
-- $1 kinds, $2 ids
SELECT replaced.kind, replaced.old_id::text AS old, replaced.new_id::text AS new
FROM replaced
JOIN unnest($1::text[], $2::text[]) AS asked (kind, id)
    ON asked.kind = replaced.kind AND asked.id = replaced.old_id::text
