-- Table columns; a slug may differ from its name.
INSERT INTO table_columns (block_id, name, slug, type, is_constant, required, position, config)
SELECT block.id, col.name, col.slug, col.type, col.position > 2 AND col.table_n % 4 = 0, col.position = 0, col.position,
    CASE col.type
        WHEN 'number' THEN '{"min": 0}'
        WHEN 'reference' THEN jsonb_build_object('multiple', col.table_n % 3 = 0)
        WHEN 'select' THEN '{"options": [{"key": "low", "value": "Low"}, {"key": "high", "value": "High"}]}'
        WHEN 'multi_select' THEN '{"options": [{"key": "dry", "value": "Dry"}, {"key": "wet", "value": "Wet"}]}'
        ELSE '{}'::jsonb
    END
FROM seed_column AS col
JOIN seed_sheet AS sheet ON sheet.table_n = col.table_n
JOIN seed_block AS block ON block.sheet = sheet.n AND block.type = 'table'
ORDER BY block.n, col.position
