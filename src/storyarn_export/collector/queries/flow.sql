-- A live flow of a project, and how many live nodes and connections it has.
-- $1 project, $2 flow
SELECT
    name,
    (SELECT count(*) FROM flow_nodes WHERE flow_id = flows.id AND deleted_at IS NULL) AS nodes,
    (SELECT count(*) FROM flow_connections WHERE flow_id = flows.id) AS connections
FROM flows
WHERE project_id = $1 AND id = $2 AND deleted_at IS NULL
