-- Texts whose owner is not in the file; run only when texts were not stored.
INSERT INTO findings (code, ordinal, field, old_id)
SELECT 'ownerless-text', row.ordinal, 'source_id', row.source_id
FROM staged_localized_texts AS row
WHERE NOT EXISTS (
    SELECT FROM ids
    WHERE kind = CASE row.source_type WHEN 'flow_node' THEN 'node' ELSE row.source_type END
        AND old_id = row.source_id
        AND kind IN ('node', 'block', 'sheet', 'flow', 'screenplay')
)
