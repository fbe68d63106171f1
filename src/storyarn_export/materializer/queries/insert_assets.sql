-- Assets, with their bytes where those are stored. One whose key the project uses for something else gets a key of its own.
-- $1 project, $2 most characters of a key
INSERT INTO assets (
    id, project_id, filename, content_type, size, key, url, metadata, is_external, content_key, content_sha256, content_crc32
)
SELECT
    own.new_id,
    $1,
    row.filename,
    row.content_type,
    row.size,
    CASE WHEN taken.id IS NULL THEN row.key ELSE left('imports/' || own.new_id || '/' || row.filename, $2) END,
    row.url,
    row.metadata::jsonb,
    row.content_key IS NULL,
    row.content_key,
    CASE WHEN row.content_key IS NOT NULL THEN row.content_sha256 END,
    CASE WHEN row.content_key IS NOT NULL THEN row.content_crc32 END
FROM staged_assets AS row
JOIN ids AS own ON own.kind = 'asset' AND own.ordinal = row.ordinal AND own.action = 'create'
LEFT JOIN assets AS taken ON taken.project_id = $1 AND taken.key = row.key
