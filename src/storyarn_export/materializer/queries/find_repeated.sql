-- Values that may stand once where they come twice; the later rows go without.
-- $1 locale code of the source language, for languages that do not say whether they are it
INSERT INTO findings (code, ordinal, field)
SELECT 'repeated-value', again.ordinal, again.field
FROM (
    SELECT ordinal, 'shortcut' AS field, row_number() OVER (PARTITION BY shortcut ORDER BY ordinal) AS place
    FROM staged_sheets WHERE shortcut IS NOT NULL
    UNION ALL
    SELECT ordinal, 'shortcut', row_number() OVER (PARTITION BY shortcut ORDER BY ordinal)
    FROM staged_flows WHERE shortcut IS NOT NULL
    UNION ALL
    SELECT ordinal, 'shortcut', row_number() OVER (PARTITION BY shortcut ORDER BY ordinal)
    FROM staged_scenes WHERE shortcut IS NOT NULL
    UNION ALL
    SELECT ordinal, 'shortcut', row_number() OVER (PARTITION BY shortcut ORDER BY ordinal)
    FROM staged_screenplays WHERE shortcut IS NOT NULL
    UNION ALL
    SELECT ordinal, 'is_main', row_number() OVER (ORDER BY ordinal) FROM staged_flows WHERE is_main
    UNION ALL
    SELECT ordinal, 'linked_flow_id', row_number() OVER (PARTITION BY linked_flow_id ORDER BY ordinal)
    FROM staged_screenplays WHERE linked_flow_id IS NOT NULL
    UNION ALL
    SELECT ordinal, 'variable_name', row_number() OVER (PARTITION BY parent, variable_name ORDER BY ordinal)
    FROM staged_blocks WHERE variable_name IS NOT NULL
    UNION ALL
    SELECT ordinal, 'is_source', row_number() OVER (ORDER BY ordinal)
    FROM staged_project_languages WHERE coalesce(is_source, locale_code = $1::text)
) AS again
WHERE again.place > 1
