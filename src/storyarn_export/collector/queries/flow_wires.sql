-- Pairs of nodes of a flow that are connected, each once, among those that are given.
-- $1 flow, $2 ids of nodes, $3 rows at most
SELECT DISTINCT source_node_id, target_node_id
FROM flow_connections
WHERE flow_id = $1 AND source_node_id = ANY($2::bigint[]) AND target_node_id = ANY($2::bigint[])
ORDER BY source_node_id, target_node_id
LIMIT $3
