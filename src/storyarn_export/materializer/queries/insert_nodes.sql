-- Nodes, with the references in their data filled in.
INSERT INTO flow_nodes (id, flow_id, type, position_x, position_y, source, data)
SELECT
    own.new_id,
    flow.new_id,
    row.type,
    row.position_x,
    row.position_y,
    row.source,
    CASE WHEN filled.ordinal IS NULL THEN row.data ELSE format(row.data, VARIADIC filled.arguments) END::jsonb
FROM staged_flow_nodes AS row
JOIN ids AS own ON own.kind = 'node' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS flow ON flow.kind = 'flow' AND flow.ordinal = row.parent
LEFT JOIN filled ON filled.ordinal = row.ordinal AND filled.field = 'data'
