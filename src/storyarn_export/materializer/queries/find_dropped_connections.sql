-- Why connections were not stored; run only when some were not.
-- $1 kind
INSERT INTO findings (code, ordinal, old_id)
SELECT
    CASE
        WHEN row.from_id = row.to_id THEN 'self-connection'
        WHEN source.ordinal IS NULL OR target.ordinal IS NULL OR row.is_within_one AND source.parent <> target.parent
            THEN 'dead-connection'
        ELSE 'repeated-connection'
    END,
    row.ordinal,
    CASE WHEN source.ordinal IS NULL THEN row.from_id WHEN target.ordinal IS NULL THEN row.to_id END
FROM (
    SELECT 'flow_connection' AS kind, 'node' AS end_kind, true AS is_within_one, ordinal, parent,
        source_node_id AS from_id, target_node_id AS to_id
    FROM staged_flow_connections
    UNION ALL
    SELECT 'scene_connection', 'pin', false, ordinal, parent, from_pin_id, to_pin_id FROM staged_scene_connections
) AS row
JOIN ids AS own ON own.kind = row.kind AND own.ordinal = row.ordinal AND own.action = 'create'
LEFT JOIN ids AS source
    ON source.kind = row.end_kind AND source.old_id = row.from_id AND source.kind IN ('node', 'pin')
    AND (NOT row.is_within_one OR source.parent = row.parent)
LEFT JOIN ids AS target
    ON target.kind = row.end_kind AND target.old_id = row.to_id AND target.kind IN ('node', 'pin')
    AND (NOT row.is_within_one OR target.parent = row.parent)
WHERE row.kind = $1::text AND NOT EXISTS (
    SELECT FROM flow_connections AS stored WHERE row.kind = 'flow_connection' AND stored.id = own.new_id
    UNION ALL
    SELECT FROM scene_connections AS stored WHERE row.kind = 'scene_connection' AND stored.id = own.new_id
)
