-- Columns of table blocks.
INSERT INTO table_columns (id, block_id, name, slug, type, is_constant, required, position, config)
SELECT
    own.new_id, block.new_id, row.name, row.slug, row.type, row.is_constant, row.required, row.position,
    row.config::jsonb
FROM staged_table_columns AS row
JOIN ids AS own ON own.kind = 'table_column' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS block ON block.kind = 'block' AND block.ordinal = row.parent
