-- Sheets with their blocks, table columns and table rows, in document order.
-- $1 project, $2 sheet ids or NULL for all,
-- $3 root to go on in or NULL for the start, $4 path of the last row that is not wanted
SELECT entity.tag, entity.body
FROM (
    SELECT * FROM sheets
    WHERE project_id = $1 AND deleted_at IS NULL AND ($2::bigint[] IS NULL OR id = ANY ($2))
        AND ($3::bigint IS NULL OR (position, id) >= (SELECT position, id FROM sheets WHERE id = $3))
    ORDER BY position, id
) AS root
CROSS JOIN LATERAL (
    SELECT 0 AS rank, 0 AS position, 0::bigint AS id, 0 AS part, 0 AS part_position, 0::bigint AS part_id, 'sheet' AS tag,
        (SELECT row_to_json(shown) FROM (SELECT
            root.id::text AS id, root.shortcut, root.name, root.description, root.color,
            root.parent_id::text AS parent_id, root.position, root.avatar_asset_id::text AS avatar_asset_id,
            root.banner_asset_id::text AS banner_asset_id,
            root.hidden_inherited_block_ids::text[] AS hidden_inherited_block_ids,
            NULL AS current_version_id
        ) AS shown) AS body
    UNION ALL
    SELECT 1, block.position, block.id, piece.part, piece.position, piece.id, piece.tag, piece.body
    FROM (
        SELECT * FROM blocks WHERE sheet_id = root.id AND deleted_at IS NULL ORDER BY position, id
    ) AS block
    CROSS JOIN LATERAL (
        SELECT 1 AS part, 0 AS position, 0::bigint AS id,
            CASE
                WHEN block.type IN ('text', 'rich_text') THEN 'text_block'
                WHEN block.type = 'table' THEN 'table_block'
                ELSE 'block'
            END AS tag,
            (SELECT row_to_json(shown) FROM (SELECT
                block.id::text AS id, block.type, block.position, block.config, block.value, block.is_constant,
                block.variable_name, block.scope, block.required, block.detached,
                block.inherited_from_block_id::text AS inherited_from_block_id, block.column_group_id,
                block.column_index
            ) AS shown) AS body
        UNION ALL
        SELECT 2, col.position, col.id, 'table_column',
            (SELECT row_to_json(shown) FROM (SELECT
                col.id::text AS id, col.name, col.slug, col.type, col.is_constant, col.required, col.position,
                col.config
            ) AS shown)
        FROM table_columns AS col WHERE block.type = 'table' AND col.block_id = block.id
        UNION ALL
        SELECT 3, line.position, line.id, 'table_row',
            (SELECT row_to_json(shown) FROM (SELECT
                line.id::text AS id, line.name, line.slug, line.position, line.cells
            ) AS shown)
        FROM table_rows AS line WHERE block.type = 'table' AND line.block_id = block.id
    ) AS piece
    ORDER BY rank, position, id, part, part_position, part_id
) AS entity
WHERE $3::bigint IS NULL OR root.id <> $3 OR ARRAY[
    entity.rank, entity.position, entity.id, entity.part, entity.part_position, entity.part_id
] > $4::bigint[]
ORDER BY root.position, root.id
