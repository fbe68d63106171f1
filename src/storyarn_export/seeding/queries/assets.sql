-- Assets by name only: their bytes are nowhere, as after an import without them.
-- $1 project, $2 seed
INSERT INTO assets (id, project_id, filename, content_type, size, key, url, metadata, is_external)
SELECT asset.id, $1::bigint, file.name, file.type,
    1000 + pg_temp.roll($2::bigint, asset.n, 'size', 4000000), 'seed/' || md5($2 || '/' || asset.n) || '/' || file.name,
    CASE WHEN asset.n % 5 = 0 THEN 'https://assets.example/' || file.name END,
    CASE asset.kind
        WHEN 'image' THEN jsonb_build_object(
            'width', 256 * (1 + asset.n % 8), 'height', 256 * (1 + asset.n % 5),
            'thumbnail_key', 'seed/thumbnails/' || asset.n || '.webp'
        )
        ELSE jsonb_build_object('duration', pg_temp.roll($2, asset.n, 'duration', 9000) / 100.0)
    END,
    true
FROM seed_asset AS asset
CROSS JOIN LATERAL (
    SELECT (ARRAY['jpg', 'mp3', 'png', 'webp', 'ogg', 'svg'])[asset.n % 6 + 1] AS extension
) AS chosen
CROSS JOIN LATERAL (
    SELECT format('%s %s.%s', CASE asset.kind WHEN 'image' THEN 'Picture' ELSE 'Take' END, asset.n, extension) AS name,
        CASE extension
            WHEN 'jpg' THEN 'image/jpeg' WHEN 'png' THEN 'image/png' WHEN 'webp' THEN 'image/webp'
            WHEN 'svg' THEN 'image/svg+xml' WHEN 'mp3' THEN 'audio/mpeg' ELSE 'audio/ogg'
        END AS type
) AS file
ORDER BY asset.n
