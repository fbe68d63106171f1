-- What became of everything that a file says: how many of each, and the first of them in the order of the file.
-- $1 project, $2 how many of each are listed
SELECT verdict, total, place, key, locale_code
FROM (
    SELECT judged.*,
        count(*) OVER (PARTITION BY verdict) AS total,
        row_number() OVER (PARTITION BY verdict ORDER BY ordinal) AS turn
    FROM (
        SELECT staged.ordinal, staged.place, staged.locale_code,
            staged.source_type || '/' || staged.source_id || '/' || staged.source_field AS key,
            CASE
                WHEN applied.ordinal IS NOT NULL THEN 'updated'
                WHEN stored.id IS NULL AND known.locale_code IS NULL THEN 'unknown-language'
                WHEN stored.id IS NULL THEN 'unknown-text'
                WHEN coalesce(encode(sha256(convert_to(stored.source_text, 'UTF8')), 'hex'), '') <> staged.source_hash
                    THEN 'stale'
                ELSE 'unchanged'
            END AS verdict
        FROM staged_changes AS staged
        LEFT JOIN applied_changes AS applied USING (ordinal)
        LEFT JOIN localized_texts AS stored
            ON stored.project_id = $1 AND stored.source_type = staged.source_type AND stored.source_id = staged.source_id
            AND stored.source_field = staged.source_field AND stored.locale_code = staged.locale_code
        LEFT JOIN (
            SELECT DISTINCT locale_code FROM localized_texts WHERE project_id = $1
            UNION SELECT locale_code FROM project_languages WHERE project_id = $1
        ) AS known ON known.locale_code = staged.locale_code
    ) AS judged
) AS ranked
WHERE turn <= $2::integer
ORDER BY verdict, turn
