-- Assets that the project has take the bytes of the file's. They are of one size, or would be other assets.
UPDATE assets AS stored
SET content_key = row.content_key,
    content_sha256 = row.content_sha256,
    content_crc32 = row.content_crc32,
    is_external = false,
    updated_at = now()
FROM settled
JOIN staged_assets AS row ON row.ordinal = settled.ordinal
WHERE settled.kind = 'asset' AND settled.action = 'update' AND stored.id = settled.existing_id
