-- Glossary rows, those of one entry together.
-- $1 project, $2 locale codes of the targets or NULL for all, $3 how many rows to pass over
SELECT 'term',
    (SELECT row_to_json(shown) FROM (SELECT
        line.source_term, line.source_locale, line.do_not_translate, line.context
    ) AS shown),
    to_json(line.target_locale),
    coalesce(to_json(line.target_term), 'null'::json)
FROM localization_glossary_entries AS line
WHERE line.project_id = $1 AND ($2::text[] IS NULL OR line.target_locale = ANY ($2))
ORDER BY line.source_term, line.source_locale, line.context NULLS FIRST, line.do_not_translate, line.target_locale
OFFSET $3::bigint
