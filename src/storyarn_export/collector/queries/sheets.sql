-- Sheets with their blocks, table columns and table rows, in document order; columns as in `domain.rows`.
-- $1 project, $2 sheet ids or NULL for all,
-- $3 root to go on in or NULL for the start, $4 path of the last row that is not wanted
SELECT entity.tag, entity.c1, entity.c2, entity.c3, entity.c4, entity.c5, entity.c6, entity.c7, entity.c8, entity.c9,
    entity.c10, entity.c11, entity.c12, entity.c13
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
        ) AS shown)::text AS c1, NULL AS c2, NULL AS c3, NULL AS c4, NULL AS c5, NULL AS c6, NULL AS c7, NULL AS c8,
        NULL AS c9, NULL AS c10, NULL AS c11, NULL AS c12, NULL AS c13
    UNION ALL
    SELECT 1, block.position, block.id, piece.part, piece.position, piece.id, piece.tag, piece.c1, piece.c2, piece.c3,
        piece.c4, piece.c5, piece.c6, piece.c7, piece.c8, piece.c9, piece.c10, piece.c11, piece.c12, piece.c13
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
            block.id::text AS c1, block.type AS c2, block.position::text AS c3, block.config::text AS c4,
            block.value::text AS c5, block.is_constant AS c6, to_json(block.variable_name)::text AS c7,
            '"' || block.scope || '"' AS c8, block.required AS c9, block.detached AS c10,
            '"' || block.inherited_from_block_id || '"' AS c11, to_json(block.column_group_id)::text AS c12,
            block.column_index AS c13
        UNION ALL
        SELECT 2, col.position, col.id, 'table_column',
            (SELECT row_to_json(shown) FROM (SELECT
                col.id::text AS id, col.name, col.slug, col.type, col.is_constant, col.required, col.position,
                col.config
            ) AS shown)::text,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM table_columns AS col WHERE block.type = 'table' AND col.block_id = block.id
        UNION ALL
        SELECT 3, line.position, line.id, 'table_row',
            line.id::text, to_json(line.name)::text, to_json(line.slug)::text, line.position::text, line.cells::text,
            NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM table_rows AS line WHERE block.type = 'table' AND line.block_id = block.id
    ) AS piece
    ORDER BY rank, position, id, part, part_position, part_id
) AS entity
WHERE $3::bigint IS NULL OR root.id <> $3 OR ARRAY[
    entity.rank, entity.position, entity.id, entity.part, entity.part_position, entity.part_id
] > $4::bigint[]
ORDER BY root.position, root.id
