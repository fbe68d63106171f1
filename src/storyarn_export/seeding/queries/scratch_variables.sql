-- Variables that rules and effects can name: blocks of sheets with a shortcut, and the first row of each table.
INSERT INTO seed_variable (n, sheet, variable, type, option)
SELECT (row_number() OVER (ORDER BY found.block_n))::integer - 1, sheet, variable, type, option
FROM (
    SELECT block.n AS block_n, sheet.shortcut AS sheet, block.variable, block.type, word.en AS option
    FROM seed_block AS block
    JOIN seed_sheet AS sheet ON sheet.n = block.sheet
    JOIN seed_word AS word ON word.kind = 'adjective' AND word.n = block.noun
    WHERE sheet.shortcut IS NOT NULL AND block.variable IS NOT NULL AND NOT block.is_constant
        AND block.type IN ('number', 'boolean', 'select', 'text', 'multi_select', 'date')
    UNION ALL
    SELECT block.n, sheet.shortcut, concat_ws('.', block.variable, entry.slug, col.slug), 'number', NULL
    FROM seed_block AS block
    JOIN seed_sheet AS sheet ON sheet.n = block.sheet
    JOIN seed_column AS col ON col.table_n = sheet.table_n AND col.position = 0
    JOIN table_rows AS entry ON entry.block_id = block.id AND entry.position = 0
    WHERE block.type = 'table' AND sheet.shortcut IS NOT NULL AND block.variable IS NOT NULL
) AS found
