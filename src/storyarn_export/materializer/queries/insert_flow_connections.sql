-- Connections between nodes of their own flow. A pin of a subflow that names an exit node is renamed with it; where that
-- node is not in the file, a minus before the old id makes a pin that no node will ever have.
INSERT INTO flow_connections (id, flow_id, source_node_id, source_pin, target_node_id, target_pin, label)
SELECT
    own.new_id,
    flow.new_id,
    source.new_id,
    CASE
        WHEN exit.new_id IS NOT NULL THEN 'exit_' || exit.new_id
        WHEN caller.ordinal IS NOT NULL AND row.source_pin ~ '^exit_[0-9]+$'
            THEN 'exit_-' || substr(row.source_pin, 6)
        ELSE row.source_pin
    END,
    target.new_id,
    row.target_pin,
    row.label
FROM staged_flow_connections AS row
JOIN ids AS own ON own.kind = 'flow_connection' AND own.ordinal = row.ordinal AND own.action = 'create'
JOIN ids AS flow ON flow.kind = 'flow' AND flow.ordinal = row.parent
JOIN ids AS source ON source.kind = 'node' AND source.old_id = row.source_node_id AND source.parent = row.parent
JOIN ids AS target ON target.kind = 'node' AND target.old_id = row.target_node_id AND target.parent = row.parent
LEFT JOIN staged_flow_nodes AS caller
    ON caller.ordinal = source.ordinal AND caller.type = 'subflow' AND starts_with(row.source_pin, 'exit_')
LEFT JOIN ids AS exit
    ON exit.kind = 'node' AND exit.old_id = substr(row.source_pin, 6) AND caller.ordinal IS NOT NULL
WHERE source.new_id <> target.new_id
ON CONFLICT ON CONSTRAINT flow_connections_wire_key DO NOTHING
