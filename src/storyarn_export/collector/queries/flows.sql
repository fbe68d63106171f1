-- Flows with their live nodes and the connections between them, in document order.
-- $1 project, $2 flow ids or NULL for all, $3 whether a census has shown that all connections are between live nodes,
-- $4 root to go on in or NULL for the start, $5 path of the last row that is not wanted
SELECT entity.tag, entity.body
FROM (
    SELECT * FROM flows
    WHERE project_id = $1 AND deleted_at IS NULL AND ($2::bigint[] IS NULL OR id = ANY ($2))
        AND ($4::bigint IS NULL OR (position, id) >= (SELECT position, id FROM flows WHERE id = $4))
    ORDER BY position, id
) AS root
CROSS JOIN LATERAL (
    SELECT 0 AS part, 0::bigint AS id, 'flow' AS tag,
        (SELECT row_to_json(shown) FROM (SELECT
            root.id::text AS id, root.shortcut, root.name, root.description, root.parent_id::text AS parent_id,
            root.position, root.is_main, root.settings, root.scene_id::text AS scene_id
        ) AS shown) AS body
    UNION ALL
    SELECT 1, node.id,
        CASE node.type WHEN 'dialogue' THEN 'dialogue' ELSE 'node' END,
        (SELECT row_to_json(shown) FROM (SELECT
            node.id::text AS id, node.type, story_number(node.position_x) AS position_x,
            story_number(node.position_y) AS position_y, node.source, node.data
        ) AS shown)
    FROM flow_nodes AS node WHERE node.flow_id = root.id AND node.deleted_at IS NULL
    UNION ALL
    SELECT 2, wire.id, 'flow_connection',
        (SELECT row_to_json(shown) FROM (SELECT
            wire.id::text AS id, wire.source_node_id::text AS source_node_id, wire.source_pin,
            wire.target_node_id::text AS target_node_id, wire.target_pin, wire.label
        ) AS shown)
    FROM flow_connections AS wire
    WHERE wire.flow_id = root.id
        AND ($3::boolean OR (
            EXISTS (
                SELECT FROM flow_nodes AS source
                WHERE source.id = wire.source_node_id AND source.flow_id = root.id AND source.deleted_at IS NULL
            )
            AND EXISTS (
                SELECT FROM flow_nodes AS target
                WHERE target.id = wire.target_node_id AND target.flow_id = root.id AND target.deleted_at IS NULL
            )
        ))
    ORDER BY part, id
) AS entity
WHERE $4::bigint IS NULL OR root.id <> $4 OR ARRAY[entity.part, entity.id] > $5::bigint[]
ORDER BY root.position, root.id
