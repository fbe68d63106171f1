-- The first pair of rows that cannot both be stored, or nothing: code, path of the later one, what they share.
SELECT clash.code, clash.path, clash.kind, clash.shared
FROM (
    SELECT 'duplicate-ids' AS code, row.ordinal, row.path, row.kind, row.old_id AS shared
    FROM (
        SELECT max(ordinal) AS ordinal FROM staged WHERE old_id IS NOT NULL
        GROUP BY kind, old_id HAVING count(*) > 1 ORDER BY 1 LIMIT 1
    ) AS twice
    JOIN staged AS row ON row.ordinal = twice.ordinal
    UNION ALL
    SELECT 'duplicate-slugs', row.ordinal, row.path, row.kind, row.slug
    FROM (
        SELECT max(ordinal) AS ordinal FROM staged_table_columns GROUP BY parent, slug HAVING count(*) > 1
        ORDER BY 1 LIMIT 1
    ) AS twice
    JOIN staged_table_columns AS row ON row.ordinal = twice.ordinal
    UNION ALL
    SELECT 'duplicate-slugs', row.ordinal, row.path, row.kind, row.slug
    FROM (
        SELECT max(ordinal) AS ordinal FROM staged_table_rows GROUP BY parent, slug HAVING count(*) > 1
        ORDER BY 1 LIMIT 1
    ) AS twice
    JOIN staged_table_rows AS row ON row.ordinal = twice.ordinal
    UNION ALL
    SELECT 'duplicate-asset-keys', row.ordinal, row.path, row.kind, row.key
    FROM (
        SELECT max(ordinal) AS ordinal FROM staged_assets GROUP BY key HAVING count(*) > 1 ORDER BY 1 LIMIT 1
    ) AS twice
    JOIN staged_assets AS row ON row.ordinal = twice.ordinal
) AS clash
ORDER BY clash.ordinal
LIMIT 1
