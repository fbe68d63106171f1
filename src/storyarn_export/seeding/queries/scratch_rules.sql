-- Single rules, with an operator that the variable's type has.
-- $1 seed, $2 how many
INSERT INTO seed_rule (n, body)
SELECT i, jsonb_build_object(
    'id', 'rule_' || i + 1, 'sheet', variable.sheet, 'variable', variable.variable, 'operator', chosen.operator,
    'value', CASE
        WHEN chosen.operator IN ('is_empty', 'is_true', 'is_false', 'is_nil') THEN NULL
        WHEN variable.type = 'number' THEN (dice % 60)::text
        WHEN variable.type IN ('select', 'multi_select') THEN variable.option
        WHEN variable.type = 'date' THEN '1900-06-01'
        ELSE 'tide'
    END
)
FROM generate_series(0, $2::integer - 1) AS i
CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, i, 'rule', 6000) AS dice) AS thrown
JOIN seed_variable AS variable
    ON variable.n = pg_temp.roll($1, i, 'variable', greatest((SELECT count(*) FROM seed_variable)::integer, 1))
CROSS JOIN LATERAL (SELECT CASE variable.type
    WHEN 'number' THEN (ARRAY[
        'equals', 'not_equals', 'greater_than', 'greater_than_or_equal', 'less_than', 'less_than_or_equal'
    ])[dice % 6 + 1]
    WHEN 'boolean' THEN (ARRAY['is_true', 'is_false', 'is_nil'])[dice % 3 + 1]
    WHEN 'select' THEN (ARRAY['equals', 'not_equals', 'is_nil'])[dice % 3 + 1]
    WHEN 'multi_select' THEN (ARRAY['contains', 'not_contains', 'is_empty'])[dice % 3 + 1]
    WHEN 'date' THEN (ARRAY['before', 'after'])[dice % 2 + 1]
    ELSE (ARRAY['equals', 'contains', 'starts_with', 'is_empty'])[dice % 4 + 1]
END AS operator) AS chosen
ORDER BY i
