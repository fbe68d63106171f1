-- Languages, texts and glossary rows that the project has already. A later one of the file for the same place is not
-- settled: it will be found to be there already. Texts of what is left out are left out with it.
-- $1 project, $2 action for languages and glossary rows, $3 action for texts
INSERT INTO settled (kind, ordinal, existing_id, action)
SELECT found.kind, found.ordinal, found.existing_id, found.action
FROM (
    SELECT row.kind, row.ordinal, stored.id AS existing_id, $2::text AS action,
        row_number() OVER (PARTITION BY stored.id ORDER BY row.ordinal) AS place
    FROM staged_project_languages AS row
    JOIN project_languages AS stored ON stored.project_id = $1 AND stored.locale_code = row.locale_code
    UNION ALL
    SELECT row.kind, row.ordinal, stored.id, $2::text,
        row_number() OVER (PARTITION BY stored.id ORDER BY row.ordinal)
    FROM staged_localization_glossary_entries AS row
    JOIN localization_glossary_entries AS stored
        ON stored.project_id = $1 AND stored.source_term = row.source_term
        AND stored.source_locale = row.source_locale AND stored.target_locale = row.target_locale
    UNION ALL
    SELECT row.kind, row.ordinal, stored.id, $3::text,
        row_number() OVER (PARTITION BY stored.id ORDER BY row.ordinal)
    FROM staged_localized_texts AS row
    JOIN ids AS owner
        ON owner.kind = CASE row.source_type WHEN 'flow_node' THEN 'node' ELSE row.source_type END
        AND owner.old_id = row.source_id
        AND owner.kind IN ('node', 'block', 'sheet', 'flow', 'screenplay')
        AND owner.action <> 'create'
    -- One look into the unique index for each, whatever the planner thinks of tables that have just been filled.
    CROSS JOIN LATERAL (
        SELECT text.id FROM localized_texts AS text
        WHERE text.project_id = $1 AND text.source_type = row.source_type AND text.source_id = owner.new_id
            AND text.source_field = row.source_field AND text.locale_code = row.locale_code
        OFFSET 0
    ) AS stored
    UNION ALL
    SELECT row.kind, row.ordinal, NULL, 'omit', 1
    FROM staged_localized_texts AS row
    JOIN settled AS owner
        ON owner.kind = CASE row.source_type WHEN 'flow_node' THEN 'node' ELSE row.source_type END
        AND owner.old_id = row.source_id AND owner.action = 'omit'
) AS found
WHERE found.place = 1
