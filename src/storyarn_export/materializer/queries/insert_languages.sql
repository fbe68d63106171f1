-- Languages. A later one with the locale code of an earlier one is left out.
-- $1 project, $2 locale code of the source language, for languages that do not say whether they are it
INSERT INTO project_languages (project_id, locale_code, name, is_source, position)
SELECT
    $1, row.locale_code, row.name,
    coalesce(row.is_source, row.locale_code = $2::text, false) AND second_source.ordinal IS NULL,
    row.position
FROM staged_project_languages AS row
LEFT JOIN findings AS second_source
    ON second_source.ordinal = row.ordinal AND second_source.code = 'repeated-value'
    AND second_source.field = 'is_source'
WHERE NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
ORDER BY row.ordinal
ON CONFLICT (project_id, locale_code) DO NOTHING
