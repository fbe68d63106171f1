-- Wires: the first pin of a node leads to the next node, the others to where a jump or exit has broken the line, else a
-- little ahead. A few pins lead nowhere, and what exceeds the limit is left out.
-- $1 seed, $2 wires at most
-- Materialized, or a plan that wants the first rows early makes them one by one.
WITH wire AS MATERIALIZED (
    SELECT node.n AS source, pin,
        CASE
            WHEN pin = 1 THEN node.n + 1
            ELSE coalesce(
                CASE WHEN pin > 2 THEN head.head END, node.head,
                least(flow.first_node + flow.nodes - 1, node.n + 2 + pg_temp.roll($1::bigint, node.n, 'ahead', 6))
            )
        END AS target
    FROM seed_node AS node
    JOIN seed_flow AS flow ON flow.n = node.flow
    LEFT JOIN seed_node AS head ON head.n = node.head
    LEFT JOIN (SELECT flow, count(*) AS exits FROM seed_exit GROUP BY flow) AS called ON called.flow = node.called_flow
    CROSS JOIN LATERAL generate_series(1, CASE node.type
        WHEN 'exit' THEN 0
        WHEN 'jump' THEN 0
        WHEN 'dialogue' THEN greatest(1, node.responses)
        WHEN 'condition' THEN CASE node.cases WHEN 0 THEN 2 ELSE node.cases + 1 END
        WHEN 'subflow' THEN least(2, called.exits)
        ELSE 1
    END) AS pin
    WHERE pg_temp.roll($1, node.n * 8::bigint + pin, 'wired', CASE pin WHEN 1 THEN 100 ELSE 8 END) > 0
)
INSERT INTO seed_wire (source, pin, target)
SELECT source, pin, target FROM wire ORDER BY source, pin LIMIT $2::integer
