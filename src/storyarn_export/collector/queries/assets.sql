-- Assets by id.
-- $1 project
SELECT 'asset',
    (SELECT row_to_json(shown) FROM (SELECT
        asset.id::text AS id, asset.filename, asset.content_type, asset.size, asset.key, asset.url, asset.metadata
    ) AS shown)
FROM assets AS asset
WHERE asset.project_id = $1
ORDER BY asset.id
