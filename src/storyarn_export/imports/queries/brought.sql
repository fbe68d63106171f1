-- The bytes of a staged asset are stored.
-- $1 its ordinal, $2 their key, $3 their SHA-256, $4 their CRC-32
UPDATE staged_assets SET content_key = $2, content_sha256 = $3, content_crc32 = $4 WHERE ordinal = $1
