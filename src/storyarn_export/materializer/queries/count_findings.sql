-- How often each thing happened, and where first.
SELECT finding.code, finding.field, finding.rows, row.kind,
    row.path || coalesce('.' || finding.field, '') AS path
FROM (
    SELECT code, CASE WHEN code = 'repeated-value' THEN field END AS field, count(*) AS rows, min(ordinal) AS ordinal
    FROM findings WHERE code <> 'unresolved'
    GROUP BY 1, 2
) AS finding
JOIN staged AS row ON row.ordinal = finding.ordinal
ORDER BY finding.ordinal, finding.code
