-- A slug that nothing in the workspace has: the base itself, else the base with the least free number.
-- $1 workspace, $2 base
SELECT candidate.slug
FROM (
    SELECT 1 AS number, $2::text AS slug
    UNION ALL
    SELECT number, rtrim(left($2, 100 - 1 - length(number::text)), '-') || '-' || number
    FROM generate_series(2, 2 + (SELECT count(*)::integer FROM projects WHERE workspace_id = $1)) AS number
) AS candidate
WHERE NOT EXISTS (SELECT FROM projects WHERE workspace_id = $1 AND slug = candidate.slug)
ORDER BY candidate.number
LIMIT 1
