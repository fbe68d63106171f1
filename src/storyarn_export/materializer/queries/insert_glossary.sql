-- Glossary rows. A later one for the same term and language is left out.
-- $1 project
INSERT INTO localization_glossary_entries (
    project_id, source_term, source_locale, do_not_translate, context, target_locale, target_term
)
SELECT
    $1, row.source_term, row.source_locale, row.do_not_translate, row.context, row.target_locale, row.target_term
FROM staged_localization_glossary_entries AS row
WHERE NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
ORDER BY row.ordinal
ON CONFLICT ON CONSTRAINT localization_glossary_entries_term_key DO NOTHING
