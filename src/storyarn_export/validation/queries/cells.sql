-- Shortcuts that cells of live tables name, in columns of references.
-- $1 project
SELECT DISTINCT named.shortcut
FROM sheets AS root
JOIN blocks AS block ON block.sheet_id = root.id AND block.deleted_at IS NULL AND block.type = 'table'
JOIN table_columns AS col ON col.block_id = block.id AND col.type = 'reference'
JOIN table_rows AS line ON line.block_id = block.id
CROSS JOIN LATERAL (
    SELECT cell #>> '{}' AS shortcut
    FROM (SELECT CASE WHEN jsonb_typeof(line.cells) = 'object' THEN line.cells -> col.slug END AS value) AS held
    CROSS JOIN LATERAL jsonb_array_elements(
        CASE jsonb_typeof(held.value) WHEN 'array' THEN held.value WHEN 'string' THEN jsonb_build_array(held.value) ELSE '[]' END
    ) AS cell
) AS named
WHERE root.project_id = $1 AND root.deleted_at IS NULL AND named.shortcut IS NOT NULL
