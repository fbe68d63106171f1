-- Nodes by type. A flow begins with its entry and a dialogue, has a hub for its jumps and ends with an exit. Subflows call
-- later flows only, so that none calls itself.
-- $1 seed, $2 flows
INSERT INTO seed_node (n, id, flow, idx, type, responses, cases, called_flow, hub, hubs, exit, head)
SELECT n, nextval('flow_nodes_id_seq'), flow, idx, type,
    CASE WHEN type = 'dialogue' AND dice % 20 < 7 THEN (ARRAY[1, 1, 2, 2, 2, 3, 3, 4])[dice / 32 % 8 + 1] ELSE 0 END,
    CASE WHEN type = 'condition' AND dice % 20 < 3 THEN 2 + dice / 32 % 2 ELSE 0 END,
    CASE type WHEN 'subflow' THEN flow + 1 + dice % least(20, $2::integer - 1 - flow) END,
    count(*) FILTER (WHERE type = 'hub') OVER upto, count(*) FILTER (WHERE type = 'hub') OVER (PARTITION BY flow),
    count(*) FILTER (WHERE type = 'exit') OVER upto,
    min(CASE WHEN is_after_end THEN n END) OVER (
        PARTITION BY flow ORDER BY n DESC ROWS BETWEEN UNBOUNDED PRECEDING AND 2 PRECEDING
    )
FROM (
    SELECT *, lag(type) OVER (PARTITION BY flow ORDER BY n) IN ('jump', 'exit') AS is_after_end
    FROM (
        SELECT flow.n AS flow, idx, flow.first_node + idx AS n, thrown.dice,
            CASE
                WHEN idx = 0 THEN 'entry'
                WHEN idx = flow.nodes - 1 THEN 'exit'
                WHEN idx = 1 THEN 'dialogue'
                WHEN idx = 3 AND flow.nodes > 5 THEN 'hub'
                WHEN share < 41 THEN 'dialogue'
                WHEN share < 49 THEN 'condition'
                WHEN share < 61 THEN 'instruction'
                WHEN share < 65 THEN 'hub'
                WHEN share < 79 THEN CASE WHEN flow.nodes > 5 THEN 'jump' ELSE 'dialogue' END
                WHEN share < 88 THEN 'exit'
                WHEN share < 93 AND flow.n < $2 - 1 THEN 'subflow'
                ELSE 'scene'
            END AS type
        FROM seed_flow AS flow
        CROSS JOIN LATERAL generate_series(0, flow.nodes - 1) AS idx
        CROSS JOIN LATERAL (
            SELECT pg_temp.roll($1::bigint, flow.first_node + idx, 'node', 1000000) AS dice,
                pg_temp.roll($1, flow.first_node + idx, 'node type', 100) AS share
        ) AS thrown
    ) AS typed
) AS placed
WINDOW upto AS (PARTITION BY flow ORDER BY n)
ORDER BY n
