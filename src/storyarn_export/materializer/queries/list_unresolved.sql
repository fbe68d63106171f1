-- The first references that were emptied.
-- $1 how many
SELECT row.kind, row.old_id AS owner, row.path || '.' || finding.field AS path, finding.old_id
FROM (
    SELECT * FROM findings WHERE code = 'unresolved' ORDER BY ordinal, field LIMIT $1
) AS finding
JOIN staged AS row ON row.ordinal = finding.ordinal
ORDER BY finding.ordinal, finding.field
