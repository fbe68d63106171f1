-- Languages that the project has take name and place of the file's. A source language stays one.
-- $1 locale code of the file's source language
UPDATE project_languages AS stored
SET name = row.name,
    position = row.position,
    is_source = stored.is_source
        OR coalesce(row.is_source, row.locale_code = $1::text, false) AND second_source.ordinal IS NULL,
    updated_at = now()
FROM settled
JOIN staged_project_languages AS row ON row.ordinal = settled.ordinal
LEFT JOIN findings AS second_source
    ON second_source.ordinal = row.ordinal AND second_source.code = 'repeated-value'
    AND second_source.field = 'is_source'
WHERE settled.kind = 'language' AND settled.action = 'update' AND stored.id = settled.existing_id
