-- Rows of table blocks.
INSERT INTO table_rows (id, block_id, name, slug, position, cells)
SELECT own.new_id, block.new_id, row.name, row.slug, row.position, row.cells::jsonb
FROM staged_table_rows AS row
JOIN ids AS own ON own.kind = 'table_row' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS block ON block.kind = 'block' AND block.ordinal = row.parent
