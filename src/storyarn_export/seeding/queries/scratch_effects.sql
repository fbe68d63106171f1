-- Lists of one to three assignments, with an operator that the variable's type has.
-- $1 seed, $2 how many
INSERT INTO seed_effects (n, body)
SELECT i, jsonb_agg(
    jsonb_build_object(
        'id', 'assign_' || i || '_' || turn, 'sheet', variable.sheet, 'variable', variable.variable,
        'operator', chosen.operator, 'value_type', CASE WHEN is_copy THEN 'variable_ref' ELSE 'literal' END,
        'value_sheet', CASE WHEN is_copy THEN variable.sheet END,
        'value', CASE
            WHEN is_copy THEN variable.variable
            WHEN chosen.operator IN ('set_true', 'set_false', 'toggle', 'clear') THEN NULL
            WHEN variable.type = 'number' THEN (dice % 20)::text
            WHEN variable.type IN ('select', 'multi_select') THEN variable.option
            WHEN variable.type = 'date' THEN '1901-02-03'
            ELSE 'low tide'
        END
    ) ORDER BY turn
)
FROM generate_series(0, $2::integer - 1) AS i
CROSS JOIN LATERAL generate_series(0, i % 3) AS turn
CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, i * 4 + turn, 'effect', 6000) AS dice) AS thrown
JOIN seed_variable AS variable ON variable.n = pg_temp.roll(
    $1, i * 4 + turn, 'effect variable', greatest((SELECT count(*) FROM seed_variable)::integer, 1)
)
CROSS JOIN LATERAL (SELECT CASE variable.type
    WHEN 'number' THEN (ARRAY['add', 'subtract', 'set', 'set_if_unset'])[dice % 4 + 1]
    WHEN 'boolean' THEN (ARRAY['set_true', 'set_false', 'toggle'])[dice % 3 + 1]
    WHEN 'text' THEN (ARRAY['set', 'clear', 'set_if_unset'])[dice % 3 + 1]
    ELSE (ARRAY['set', 'set_if_unset'])[dice % 2 + 1]
END AS operator) AS chosen
CROSS JOIN LATERAL (SELECT variable.type = 'number' AND dice % 12 = 5 AS is_copy) AS copied
GROUP BY i
