-- A pin of a subflow that names an exit node is renamed with it; where that node is not in the file, a minus before the
-- old id makes a pin that no node will ever have.
INSERT INTO exit_pins (ordinal, pin)
SELECT row.ordinal, 'exit_' || coalesce(exit.new_id::text, '-' || substr(row.source_pin, 6))
FROM staged_flow_connections AS row
JOIN ids AS source ON source.kind = 'node' AND source.old_id = row.source_node_id AND source.parent = row.parent
JOIN staged_flow_nodes AS caller ON caller.ordinal = source.ordinal AND caller.type = 'subflow'
LEFT JOIN ids AS exit ON exit.kind = 'node' AND exit.old_id = substr(row.source_pin, 6)
WHERE starts_with(row.source_pin, 'exit_') AND (exit.new_id IS NOT NULL OR row.source_pin ~ '^exit_[0-9]+$')
