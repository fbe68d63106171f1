-- What the rules about flows look at, flow by flow: the flow, its nodes that hold more than a name, by id, then its graph.
-- A graph is five arrays: ids and types of all nodes, what each names (a line its speaker, a scene its place, a hub itself, a
-- jump its hub, a subflow its flow), and the wires: from, pin (null unless it ends at an input), to. `ways` says of pins that
-- look like one to an exit which flow the exit is in.
-- A line is looked at more closely (`line`) if it has a sound, a second speaker, a mention, or perhaps nothing to say.
-- $1 project, $2 flow ids or NULL for all, $3 whether flows are in the file
SELECT entity.tag, entity.c1, entity.c2, entity.c3, entity.c4, entity.c5, entity.c6, entity.c7
FROM (
    SELECT * FROM flows WHERE project_id = $1 AND deleted_at IS NULL
    ORDER BY position, name COLLATE "C", id
) AS root
CROSS JOIN LATERAL (
    SELECT 0 AS part, 0::bigint AS id, 'flow' AS tag,
        root.id::text AS c1, to_json(root.name)::text AS c2,
        ($3::boolean AND ($2::bigint[] IS NULL OR root.id = ANY ($2)))::text AS c3,
        root.scene_id::text AS c4, root.parent_id::text AS c5, to_json(root.description)::text AS c6, NULL AS c7
    UNION ALL
    SELECT 1, node.id, node.type, node.id::text,
        CASE node.type WHEN 'instruction' THEN node.data -> 'assignments' ELSE node.data END::text,
        CASE WHEN node.type = 'subflow' THEN EXISTS (
            SELECT FROM flow_nodes AS way
            WHERE way.flow_id = CASE
                WHEN node.data ->> 'referenced_flow_id' ~ '^[0-9]{1,18}$'
                THEN (node.data ->> 'referenced_flow_id')::bigint
            END AND way.type = 'exit' AND way.deleted_at IS NULL
        )::text END,
        NULL, NULL, NULL, NULL
    FROM flow_nodes AS node
    WHERE node.flow_id = root.id AND node.deleted_at IS NULL AND CASE node.type
        WHEN 'dialogue' THEN coalesce(node.data -> 'responses', '[]') NOT IN ('[]', 'null')
            OR node.data ->> 'audio_asset_id' <> ''
            OR node.data ->> 'dual_dialogue' <> ''
            OR strpos(lower(node.data ->> 'stage_directions'), 'data-id') > 0
            OR coalesce(node.data ->> 'text', '')
                ~ '^(?:[\s\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028\u2029\u202f\u205f-\u2064\u3000\ufeff]|<[^>]*>|&[#[:alnum:]]+;)*$'
            OR strpos(node.data ->> 'text', '<!') > 0
            OR strpos(lower(node.data ->> 'text'), 'data-id') > 0
        WHEN 'condition' THEN true
        WHEN 'instruction' THEN coalesce(node.data -> 'assignments', '[]') NOT IN ('[]', 'null')
        WHEN 'exit' THEN node.data ->> 'exit_mode' = 'flow_reference' OR node.data ->> 'target_id' <> ''
        WHEN 'scene' THEN node.data ->> 'scene_id' <> '' OR strpos(lower(node.data ->> 'description'), 'data-id') > 0
        WHEN 'subflow' THEN EXISTS (
            SELECT FROM flow_connections AS wire WHERE wire.source_node_id = node.id AND wire.source_pin = 'output'
        )
    END
    UNION ALL
    SELECT 2, 0, 'graph', nodes.ids, nodes.types, nodes.names, wires.sources, wires.pins, wires.targets, wires.ways
    FROM (
        SELECT json_agg(node.id)::text AS ids, to_json(string_agg(node.type, ' '))::text AS types,
            json_agg(node.data -> CASE node.type
                WHEN 'dialogue' THEN 'speaker_sheet_id' WHEN 'scene' THEN 'location_sheet_id' WHEN 'hub' THEN 'hub_id'
                WHEN 'jump' THEN 'target_hub_id' WHEN 'subflow' THEN 'referenced_flow_id'
            END)::text AS names
        FROM (
            SELECT * FROM flow_nodes WHERE flow_id = root.id AND deleted_at IS NULL ORDER BY id
        ) AS node
    ) AS nodes,
    (
        SELECT json_agg(wire.source_node_id)::text AS sources,
            json_agg(CASE wire.target_pin WHEN 'input' THEN wire.source_pin END)::text AS pins,
            json_agg(wire.target_node_id)::text AS targets,
            json_object_agg(wire.source_pin, (
                SELECT way.flow_id FROM flow_nodes AS way
                WHERE way.id = substr(wire.source_pin, 6)::bigint AND way.type = 'exit' AND way.deleted_at IS NULL
            )) FILTER (WHERE wire.source_pin LIKE 'exit\_%' AND wire.source_pin ~ '^exit_[0-9]{1,18}$')::text AS ways
        FROM (SELECT * FROM flow_connections WHERE flow_id = root.id ORDER BY id) AS wire
    ) AS wires
    ORDER BY part, id
) AS entity
ORDER BY root.position, root.name COLLATE "C", root.id
