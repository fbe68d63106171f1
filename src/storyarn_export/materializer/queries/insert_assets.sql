-- Assets, all without bytes.
-- $1 project
INSERT INTO assets (id, project_id, filename, content_type, size, key, url, metadata, is_external)
SELECT
    own.new_id, $1, row.filename, row.content_type, row.size, row.key, row.url, row.metadata::jsonb, true
FROM staged_assets AS row
JOIN ids AS own ON own.kind = 'asset' AND own.ordinal = row.ordinal
