-- Assets by id.
-- $1 project, $2 id of the last row that is not wanted or NULL
SELECT 'asset',
    (SELECT row_to_json(shown) FROM (SELECT
        asset.id::text AS id, asset.filename, asset.content_type, asset.size, asset.key, asset.url, asset.metadata
    ) AS shown)
FROM assets AS asset
WHERE asset.project_id = $1 AND ($2::bigint IS NULL OR asset.id > $2)
ORDER BY asset.id
