-- Structured conditions: flat ones of one to three rules, blocks, and a block beside a group.
-- $1 seed, $2 how many, $3 rules
INSERT INTO seed_condition (n, body)
SELECT i, CASE
    WHEN i % 10 < 7 THEN jsonb_build_object('logic', logic, 'rules', (
        SELECT coalesce(jsonb_agg(body ORDER BY seed_rule.n), '[]') FROM seed_rule WHERE seed_rule.n BETWEEN first AND first + i % 3
    ))
    ELSE jsonb_build_object('logic', logic, 'blocks', jsonb_build_array(
        jsonb_build_object('id', 'block_' || i, 'type', 'block', 'logic', 'all', 'rules', (
            SELECT coalesce(jsonb_agg(body ORDER BY seed_rule.n), '[]') FROM seed_rule WHERE seed_rule.n BETWEEN first AND first + 1
        ))
    ) || CASE WHEN i % 10 = 9 THEN jsonb_build_array(
        jsonb_build_object('id', 'group_' || i, 'type', 'group', 'logic', 'any', 'blocks', jsonb_build_array(
            jsonb_build_object('id', 'inner_' || i, 'type', 'block', 'logic', 'any', 'rules', (
                SELECT coalesce(jsonb_agg(body ORDER BY seed_rule.n), '[]') FROM seed_rule WHERE seed_rule.n = first + 2
            ))
        ))
    ) ELSE '[]' END)
END
FROM generate_series(0, $2::integer - 1) AS i
CROSS JOIN LATERAL (
    SELECT pg_temp.roll($1::bigint, i, 'condition', $3::integer - 3) AS first,
        CASE pg_temp.roll($1, i, 'logic', 3) WHEN 0 THEN 'any' ELSE 'all' END AS logic
) AS thrown
ORDER BY i
