-- Staged assets whose bytes are files of the bundle, in the order of the document.
-- $1 ordinal of the last one that is not wanted, $2 whether all are wanted or only those that are to be written, $3 rows
SELECT row.ordinal, row.path, row.content_path, row.content_type, row.size, row.content_sha256
FROM staged_assets AS row
WHERE row.content_path IS NOT NULL AND row.ordinal > $1
    AND ($2::boolean OR EXISTS (
        SELECT FROM ids WHERE ids.kind = 'asset' AND ids.ordinal = row.ordinal AND ids.action IN ('create', 'update')
    ))
ORDER BY row.ordinal
LIMIT $3
