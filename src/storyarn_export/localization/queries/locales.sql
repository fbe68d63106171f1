-- Languages of a project and of its texts, in the order of the languages; those that texts have and the project has not
-- any more come last.
-- $1 project
SELECT coalesce(language.locale_code, used.locale_code) AS locale_code,
    coalesce(language.is_source, false) AS is_source,
    used.locale_code IS NOT NULL AS has_texts
FROM (SELECT * FROM project_languages WHERE project_id = $1) AS language
FULL JOIN (SELECT DISTINCT locale_code FROM localized_texts WHERE project_id = $1) AS used
    ON used.locale_code = language.locale_code
ORDER BY language.position NULLS LAST, locale_code
