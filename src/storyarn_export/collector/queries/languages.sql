-- The source language (whatever languages were asked for), then the languages.
-- $1 project, $2 locale codes or NULL for all, $3 how many rows to pass over
SELECT listed.tag, listed.body
FROM (
    SELECT 0 AS part, 0 AS position, NULL AS locale_code, 'source_language' AS tag,
        to_json(coalesce(
            (SELECT locale_code FROM project_languages WHERE project_id = $1 AND is_source), 'en'
        )) AS body
    UNION ALL
    SELECT 1, language.position, language.locale_code, 'language',
        (SELECT row_to_json(shown) FROM (SELECT
            language.locale_code, language.name, language.is_source, language.position
        ) AS shown)
    FROM project_languages AS language
    WHERE language.project_id = $1 AND ($2::text[] IS NULL OR language.locale_code = ANY ($2))
) AS listed
ORDER BY listed.part, listed.position, listed.locale_code COLLATE "C"
OFFSET $3::bigint
