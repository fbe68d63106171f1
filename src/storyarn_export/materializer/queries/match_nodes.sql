-- Nodes of flows that both sides have: by the names that the editor gives them, entries by being entries, others by
-- equal data; equal ones in the order of their ids.
WITH
found AS (
    SELECT true AS is_staged, row.ordinal AS number, root.existing_id AS flow_id, row.type,
        CASE WHEN filled.ordinal IS NULL THEN row.data ELSE format(row.data, VARIADIC filled.arguments) END::jsonb AS data
    FROM staged_flow_nodes AS row
    JOIN roots AS root ON root.ordinal = row.parent AND root.existing_id IS NOT NULL AND root.first_ordinal = root.ordinal
    LEFT JOIN filled ON filled.ordinal = row.ordinal AND filled.field = 'data'
    UNION ALL
    SELECT false, node.id, node.flow_id, node.type, node.data
    FROM flow_nodes AS node
    JOIN roots AS root ON root.kind = 'flow' AND root.existing_id = node.flow_id AND root.first_ordinal = root.ordinal
    WHERE node.deleted_at IS NULL
),
keyed AS (
    SELECT is_staged, number, flow_id,
        CASE
            WHEN type = 'entry' THEN 'entry'
            WHEN type = 'hub' AND data ->> 'hub_id' <> '' THEN 'hub ' || (data ->> 'hub_id')
            WHEN type = 'dialogue' AND data ->> 'localization_id' <> '' THEN 'dialogue ' || (data ->> 'localization_id')
            ELSE concat_ws(' ', 'data', type, md5(data::text))
        END AS key
    FROM found
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY is_staged, flow_id, key ORDER BY number) AS place FROM keyed
)
INSERT INTO matches (kind, ordinal, existing_id)
SELECT 'node', row.number, stored.number
FROM placed AS row JOIN placed AS stored USING (flow_id, key, place)
WHERE row.is_staged AND NOT stored.is_staged
