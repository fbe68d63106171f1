-- Flows with their live nodes and the connections between them, in document order; columns as in `domain.rows`.
-- $1 project, $2 flow ids or NULL for all, $3 whether a census has shown that all connections are between live nodes,
-- $4 root to go on in or NULL for the start, $5 path of the last row that is not wanted
SELECT entity.tag, entity.c1, entity.c2, entity.c3, entity.c4, entity.c5, entity.c6
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
        ) AS shown)::text AS c1, NULL AS c2, NULL AS c3, NULL AS c4, NULL AS c5, NULL AS c6
    UNION ALL
    SELECT 1, node.id,
        CASE node.type WHEN 'dialogue' THEN 'dialogue' ELSE 'node' END,
        node.id::text, node.type, node.position_x::text, node.position_y::text, node.source, node.data::text
    FROM flow_nodes AS node WHERE node.flow_id = root.id AND node.deleted_at IS NULL
    UNION ALL
    SELECT 2, wire.id, 'flow_connection',
        wire.id::text, wire.source_node_id::text, to_json(wire.source_pin)::text, wire.target_node_id::text,
        to_json(wire.target_pin)::text, to_json(wire.label)::text
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
