-- Glossary rows, those of one entry together; columns as in `domain.rows`.
-- $1 project, $2 locale codes of the targets or NULL for all, $3 how many rows to pass over
SELECT 'term',
    to_json(line.source_term), to_json(line.source_locale), line.do_not_translate, to_json(line.context),
    to_json(line.target_locale),
    to_json(line.target_term)
FROM localization_glossary_entries AS line
WHERE line.project_id = $1 AND ($2::text[] IS NULL OR line.target_locale = ANY ($2))
ORDER BY line.source_term, line.source_locale, line.context NULLS FIRST, line.do_not_translate, line.target_locale
OFFSET $3::bigint
