-- Assets by id, each with what is known of its bytes: where they are, their SHA-256, CRC-32 and number.
-- $1 project, $2 id of the last row that is not wanted or NULL, $3 ids of those that are wanted or NULL for all
SELECT 'asset',
    (SELECT row_to_json(shown) FROM (SELECT
        asset.id::text AS id, asset.filename, asset.content_type, asset.size, asset.key, asset.url, asset.metadata
    ) AS shown),
    asset.content_key, asset.content_sha256, asset.content_crc32, asset.size
FROM assets AS asset
WHERE asset.project_id = $1 AND ($2::bigint IS NULL OR asset.id > $2)
    AND ($3::bigint[] IS NULL OR asset.id = ANY ($3))
ORDER BY asset.id
