-- Glossary rows that the project has take the file's values.
UPDATE localization_glossary_entries AS stored
SET do_not_translate = row.do_not_translate, context = row.context, target_term = row.target_term, updated_at = now()
FROM settled
JOIN staged_localization_glossary_entries AS row ON row.ordinal = settled.ordinal
WHERE settled.kind = 'glossary_entry' AND settled.action = 'update' AND stored.id = settled.existing_id
