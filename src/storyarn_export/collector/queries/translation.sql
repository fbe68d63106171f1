-- Languages in their order, and how many of their texts there are and are final.
-- $1 project
SELECT language.locale_code, language.name, language.is_source,
    coalesce(counted.texts, 0) AS texts, coalesce(counted.final, 0) AS final
FROM project_languages AS language
LEFT JOIN (
    SELECT locale_code, count(*) AS texts, count(*) FILTER (WHERE status = 'final') AS final
    FROM localized_texts
    WHERE project_id = $1
    GROUP BY locale_code
) AS counted USING (locale_code)
WHERE language.project_id = $1
ORDER BY language.position, language.locale_code COLLATE "C"
