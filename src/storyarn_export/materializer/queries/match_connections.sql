-- Connections that both sides have: wires between the same pins, lines between the same pins of a scene in the order of
-- their ids. Only where the ends are known, so after nodes and pins have their ids.
INSERT INTO matches (kind, ordinal, existing_id)
SELECT row.kind, row.ordinal, stored.id
FROM staged_flow_connections AS row
JOIN ids AS source ON source.kind = 'node' AND source.old_id = row.source_node_id AND source.action = 'update'
JOIN ids AS target ON target.kind = 'node' AND target.old_id = row.target_node_id AND target.action = 'update'
LEFT JOIN staged_flow_nodes AS caller
    ON caller.ordinal = source.ordinal AND caller.type = 'subflow' AND starts_with(row.source_pin, 'exit_')
LEFT JOIN ids AS exit
    ON exit.kind = 'node' AND exit.old_id = substr(row.source_pin, 6) AND caller.ordinal IS NOT NULL
JOIN flow_connections AS stored
    ON stored.source_node_id = source.new_id AND stored.target_node_id = target.new_id
    AND stored.target_pin = row.target_pin
    AND stored.source_pin = CASE WHEN exit.new_id IS NULL THEN row.source_pin ELSE 'exit_' || exit.new_id END
UNION ALL
SELECT row.kind, row.ordinal, stored.id
FROM (
    SELECT line.kind, line.ordinal, source.new_id AS from_pin_id, target.new_id AS to_pin_id,
        row_number() OVER (PARTITION BY source.new_id, target.new_id ORDER BY line.ordinal) AS place
    FROM staged_scene_connections AS line
    JOIN ids AS source ON source.kind = 'pin' AND source.old_id = line.from_pin_id AND source.action = 'update'
    JOIN ids AS target ON target.kind = 'pin' AND target.old_id = line.to_pin_id AND target.action = 'update'
) AS row
JOIN (
    SELECT line.id, line.from_pin_id, line.to_pin_id,
        row_number() OVER (PARTITION BY line.from_pin_id, line.to_pin_id ORDER BY line.id) AS place
    FROM scene_connections AS line
    JOIN roots AS root ON root.kind = 'scene' AND root.existing_id = line.scene_id AND root.first_ordinal = root.ordinal
) AS stored USING (from_pin_id, to_pin_id, place)
