-- Connections between nodes of their own flow.
INSERT INTO flow_connections (id, flow_id, source_node_id, source_pin, target_node_id, target_pin, label)
SELECT
    own.new_id, flow.new_id, source.new_id, coalesce(exit.pin, row.source_pin), target.new_id, row.target_pin, row.label
FROM staged_flow_connections AS row
JOIN ids AS own ON own.kind = 'flow_connection' AND own.ordinal = row.ordinal AND own.action = 'create'
JOIN ids AS flow ON flow.kind = 'flow' AND flow.ordinal = row.parent
JOIN ids AS source ON source.kind = 'node' AND source.old_id = row.source_node_id AND source.parent = row.parent
JOIN ids AS target ON target.kind = 'node' AND target.old_id = row.target_node_id AND target.parent = row.parent
LEFT JOIN exit_pins AS exit ON exit.ordinal = row.ordinal
WHERE source.new_id <> target.new_id
