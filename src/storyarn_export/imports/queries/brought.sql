-- The bytes of staged assets are stored.
-- $1 their ordinals, $2 keys of the bytes, $3 their SHA-256, $4 their CRC-32
UPDATE staged_assets AS row
SET content_key = brought.key, content_sha256 = brought.sha256, content_crc32 = brought.crc32
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[]) AS brought (ordinal, key, sha256, crc32)
WHERE row.ordinal = brought.ordinal
