-- The first live nodes of a flow and where they lie.
-- $1 flow, $2 rows at most
SELECT id, type, position_x, position_y
FROM flow_nodes
WHERE flow_id = $1 AND deleted_at IS NULL
ORDER BY id
LIMIT $2
