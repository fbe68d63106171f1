-- What the rules about sheets look at: each sheet, then those of its blocks that name something, by id. Where a block that
-- is named is, the query says itself: `gone`, `outside` of the file, or `inside`.
-- $1 project, $2 sheet ids or NULL for all, $3 whether sheets are in the file
SELECT entity.tag, entity.c1, entity.c2, entity.c3, entity.c4, entity.c5, entity.c6, entity.c7, entity.c8, entity.c9
FROM (
    SELECT * FROM sheets WHERE project_id = $1 AND deleted_at IS NULL
    ORDER BY position, name COLLATE "C", id
) AS root
CROSS JOIN LATERAL (
    SELECT 0 AS part, 0::bigint AS id, 'sheet' AS tag,
        root.id::text AS c1, to_json(root.name)::text AS c2,
        ($3::boolean AND ($2::bigint[] IS NULL OR root.id = ANY ($2)))::text AS c3,
        to_json(root.shortcut)::text AS c4, '"' || root.parent_id || '"' AS c5,
        root.avatar_asset_id::text AS c6, root.banner_asset_id::text AS c7,
        CASE WHEN strpos(lower(root.description), 'data-id') > 0 THEN to_json(root.description) END::text AS c8,
        CASE WHEN root.hidden_inherited_block_ids <> '{}' THEN (
            SELECT json_object_agg(hidden.id, CASE
                WHEN home.id IS NULL THEN 'gone'
                WHEN $3 AND ($2 IS NULL OR home.id = ANY ($2)) THEN 'inside' ELSE 'outside'
            END)
            FROM (
                SELECT DISTINCT id FROM unnest(root.hidden_inherited_block_ids) AS id ORDER BY id
            ) AS hidden
            LEFT JOIN blocks AS block ON block.id = hidden.id AND block.deleted_at IS NULL
            LEFT JOIN sheets AS home
                ON home.id = block.sheet_id AND home.project_id = $1 AND home.deleted_at IS NULL
        ) END::text AS c9
    UNION ALL
    SELECT 1, block.id, block.type, block.id::text,
        CASE block.type WHEN 'reference' THEN block.value WHEN 'rich_text' THEN block.value -> 'content' END::text,
        '"' || block.inherited_from_block_id || '"',
        CASE WHEN block.inherited_from_block_id IS NOT NULL THEN coalesce((
            SELECT CASE WHEN $3 AND ($2 IS NULL OR home.id = ANY ($2)) THEN 'inside' ELSE 'outside' END
            FROM blocks AS source JOIN sheets AS home ON home.id = source.sheet_id
            WHERE source.id = block.inherited_from_block_id AND source.deleted_at IS NULL
                AND home.project_id = $1 AND home.deleted_at IS NULL
        ), 'gone') END,
        NULL, NULL, NULL, NULL, NULL
    FROM blocks AS block
    WHERE block.sheet_id = root.id AND block.deleted_at IS NULL
        AND (block.type = 'reference' OR block.inherited_from_block_id IS NOT NULL
            OR block.type = 'rich_text' AND strpos(lower(block.value ->> 'content'), 'data-id') > 0)
    ORDER BY part, id
) AS entity
ORDER BY root.position, root.name COLLATE "C", root.id
