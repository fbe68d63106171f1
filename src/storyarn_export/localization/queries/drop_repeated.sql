-- Take out what a file says twice, and yield it: nobody knows which is meant.
DELETE FROM staged_changes AS staged
USING (
    SELECT source_type, source_id, source_field, locale_code
    FROM staged_changes
    GROUP BY source_type, source_id, source_field, locale_code
    HAVING count(*) > 1
) AS repeated
WHERE staged.source_type = repeated.source_type AND staged.source_id = repeated.source_id
    AND staged.source_field = repeated.source_field AND staged.locale_code = repeated.locale_code
RETURNING staged.ordinal, staged.place, staged.source_type || '/' || staged.source_id || '/' || staged.source_field,
    staged.locale_code
