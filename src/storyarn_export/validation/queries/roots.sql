-- Ids of what can be referred to: all that are live, and those of them that are in the file; as JSON.
-- $1 project, $2 sections in the file, $3 sheet ids or NULL for all, $4 flow ids or NULL, $5 scene ids or NULL
SELECT 'sheet' AS kind, json_agg(id::text)::text AS live,
    (json_agg(id::text) FILTER (WHERE 'sheets' = ANY ($2::text[]) AND ($3::bigint[] IS NULL OR id = ANY ($3))))::text AS inside
FROM sheets WHERE project_id = $1 AND deleted_at IS NULL
UNION ALL
SELECT 'flow', json_agg(id::text)::text,
    (json_agg(id::text) FILTER (WHERE 'flows' = ANY ($2) AND ($4::bigint[] IS NULL OR id = ANY ($4))))::text
FROM flows WHERE project_id = $1 AND deleted_at IS NULL
UNION ALL
SELECT 'scene', json_agg(id::text)::text,
    (json_agg(id::text) FILTER (WHERE 'scenes' = ANY ($2) AND ($5::bigint[] IS NULL OR id = ANY ($5))))::text
FROM scenes WHERE project_id = $1 AND deleted_at IS NULL
UNION ALL
SELECT 'screenplay', json_agg(id::text)::text, (json_agg(id::text) FILTER (WHERE 'screenplays' = ANY ($2)))::text
FROM screenplays WHERE project_id = $1 AND deleted_at IS NULL
UNION ALL
SELECT 'asset', json_agg(id::text)::text, (json_agg(id::text) FILTER (WHERE 'assets' = ANY ($2)))::text
FROM assets WHERE project_id = $1
