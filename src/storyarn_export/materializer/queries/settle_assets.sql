-- Assets that the project has already: the same file name, size and key; else the same name, size and type, unless the
-- digests of their bytes are known and differ. Assets that are alike find each other in the order of the file and of the ids.
-- The project's keeps its bytes; with overwrite and merge it takes the file's where those are others, with rename where it
-- has none.
-- $1 project, $2 conflict resolution
WITH
staged AS (
    SELECT row.kind, row.ordinal, row.old_id, row.filename, row.size, row.content_type, row.content_sha256 AS sha256,
        row.content_key IS NOT NULL OR row.content_path IS NOT NULL AS has_bytes, exact.id AS exact_id
    FROM staged_assets AS row
    LEFT JOIN assets AS exact
        ON exact.project_id = $1 AND exact.key = row.key AND exact.filename = row.filename AND exact.size = row.size
),
rest AS (
    SELECT *, row_number() OVER (PARTITION BY filename, size, content_type ORDER BY ordinal) AS place
    FROM staged WHERE exact_id IS NULL
),
stored AS (
    SELECT id, filename, size, content_type, content_sha256,
        row_number() OVER (PARTITION BY filename, size, content_type ORDER BY id) AS place
    FROM assets WHERE project_id = $1 AND id NOT IN (SELECT exact_id FROM staged WHERE exact_id IS NOT NULL)
),
met AS (
    SELECT kind, ordinal, old_id, sha256, has_bytes, exact_id AS existing_id FROM staged WHERE exact_id IS NOT NULL
    UNION ALL
    SELECT rest.kind, rest.ordinal, rest.old_id, rest.sha256, rest.has_bytes, stored.id
    FROM rest JOIN stored USING (filename, size, content_type, place)
    WHERE rest.sha256 IS NULL OR stored.content_sha256 IS NULL OR rest.sha256 = stored.content_sha256
)
INSERT INTO settled (kind, ordinal, old_id, existing_id, action)
SELECT met.kind, met.ordinal, met.old_id, met.existing_id,
    CASE
        WHEN met.has_bytes AND (
            $2::text IN ('overwrite', 'merge') AND theirs.content_sha256 IS DISTINCT FROM met.sha256
            OR $2 = 'rename' AND theirs.content_key IS NULL
        ) THEN 'update'
        ELSE 'keep'
    END
FROM met JOIN assets AS theirs ON theirs.id = met.existing_id
