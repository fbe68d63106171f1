-- Columns and rows of tables that both sides have, by slug.
INSERT INTO matches (kind, ordinal, existing_id)
SELECT row.kind, row.ordinal, stored.id
FROM staged_table_columns AS row
JOIN matches AS block ON block.kind = 'block' AND block.ordinal = row.parent
JOIN table_columns AS stored ON stored.block_id = block.existing_id AND stored.slug = row.slug
UNION ALL
SELECT row.kind, row.ordinal, stored.id
FROM staged_table_rows AS row
JOIN matches AS block ON block.kind = 'block' AND block.ordinal = row.parent
JOIN table_rows AS stored ON stored.block_id = block.existing_id AND stored.slug = row.slug
