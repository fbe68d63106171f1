-- Values that may stand once where they come twice, in the file or because the project has them; the later rows of the
-- file go without.
-- $1 locale code of the source language, for languages that do not say whether they are it; $2 project
INSERT INTO findings (code, ordinal, field)
SELECT 'repeated-value', again.ordinal, again.field
FROM (
    SELECT ordinal, 'shortcut' AS field, row_number() OVER (PARTITION BY shortcut ORDER BY ordinal) > 1 AS is_taken
    FROM staged_sheets AS row
    WHERE shortcut IS NOT NULL AND NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
    UNION ALL
    SELECT ordinal, 'shortcut', row_number() OVER (PARTITION BY shortcut ORDER BY ordinal) > 1
    FROM staged_flows AS row
    WHERE shortcut IS NOT NULL AND NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
    UNION ALL
    SELECT ordinal, 'shortcut', row_number() OVER (PARTITION BY shortcut ORDER BY ordinal) > 1
    FROM staged_scenes AS row
    WHERE shortcut IS NOT NULL AND NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
    UNION ALL
    SELECT ordinal, 'shortcut', row_number() OVER (PARTITION BY shortcut ORDER BY ordinal) > 1
    FROM staged_screenplays AS row
    WHERE shortcut IS NOT NULL AND NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
    UNION ALL
    SELECT row.ordinal, 'is_main',
        row_number() OVER (ORDER BY row.ordinal) > 1
        OR EXISTS (
            SELECT FROM flows AS main
            WHERE main.project_id = $2 AND main.is_main AND main.deleted_at IS NULL AND main.id <> own.new_id
        )
    FROM staged_flows AS row
    JOIN ids AS own ON own.kind = 'flow' AND own.ordinal = row.ordinal AND own.action <> 'keep'
    WHERE row.is_main
    UNION ALL
    SELECT row.ordinal, 'linked_flow_id',
        row_number() OVER (PARTITION BY coalesce(flow.new_id::text, '?' || row.linked_flow_id) ORDER BY row.ordinal) > 1
        OR EXISTS (
            SELECT FROM screenplays AS other
            LEFT JOIN ids AS other_id
                ON other_id.kind = 'screenplay' AND other_id.new_id = other.id AND other_id.action = 'update'
            WHERE other.linked_flow_id = flow.new_id AND other.deleted_at IS NULL AND other_id.new_id IS NULL
        )
    FROM staged_screenplays AS row
    JOIN ids AS own ON own.kind = 'screenplay' AND own.ordinal = row.ordinal AND own.action <> 'keep'
    LEFT JOIN ids AS flow ON flow.kind = 'flow' AND flow.old_id = row.linked_flow_id
    WHERE row.linked_flow_id IS NOT NULL
    UNION ALL
    SELECT ordinal, 'variable_name', row_number() OVER (PARTITION BY parent, variable_name ORDER BY ordinal) > 1
    FROM staged_blocks WHERE variable_name IS NOT NULL
    UNION ALL
    SELECT ordinal, 'is_source',
        row_number() OVER (ORDER BY ordinal) > 1
        OR EXISTS (
            SELECT FROM project_languages AS source
            WHERE source.project_id = $2 AND source.is_source AND source.locale_code <> row.locale_code
        )
    FROM staged_project_languages AS row WHERE coalesce(is_source, locale_code = $1::text)
) AS again
WHERE again.is_taken
