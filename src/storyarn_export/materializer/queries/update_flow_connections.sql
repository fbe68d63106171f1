-- Wires that the project has take the file's labels.
UPDATE flow_connections AS stored
SET label = row.label, updated_at = now()
FROM ids AS own
JOIN staged_flow_connections AS row ON row.ordinal = own.ordinal
WHERE own.kind = 'flow_connection' AND own.action = 'update' AND stored.id = own.new_id
