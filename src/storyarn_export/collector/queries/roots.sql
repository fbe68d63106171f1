-- Live sheets, flows or scenes of a project whose name or shortcut holds a text, in the order of their ids.
-- $1 project, $2 'sheets', 'flows' or 'scenes', $3 text (empty for all), $4 id after which to begin, $5 rows at most
SELECT id, name, shortcut
FROM (
    SELECT id, name, shortcut FROM sheets
    WHERE $2::text = 'sheets' AND project_id = $1 AND deleted_at IS NULL
    UNION ALL
    SELECT id, name, shortcut FROM flows
    WHERE $2::text = 'flows' AND project_id = $1 AND deleted_at IS NULL
    UNION ALL
    SELECT id, name, shortcut FROM scenes
    WHERE $2::text = 'scenes' AND project_id = $1 AND deleted_at IS NULL
) AS root
WHERE id > $4::bigint
    AND ($3::text = '' OR strpos(lower(name), lower($3)) > 0 OR strpos(lower(shortcut), lower($3)) > 0)
ORDER BY id
LIMIT $5
