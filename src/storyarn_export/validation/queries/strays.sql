-- Connections in the file with an end that is a live node of another flow, or a node of another flow at all.
-- $1 project, $2 flow ids or NULL for all
SELECT wire.id::text AS id, root.id::text AS flow_id, root.name, far.id::text AS node_id
FROM flows AS root
JOIN flow_connections AS wire ON wire.flow_id = root.id
JOIN LATERAL (
    SELECT node.id FROM flow_nodes AS node
    WHERE node.id IN (wire.source_node_id, wire.target_node_id) AND node.flow_id <> root.id
    ORDER BY node.id LIMIT 1
) AS far ON true
WHERE root.project_id = $1 AND root.deleted_at IS NULL AND ($2::bigint[] IS NULL OR root.id = ANY ($2))
ORDER BY root.position, root.name COLLATE "C", root.id, wire.id
