-- Responses of dialogues. One in fifty has the form of old rows: condition and instruction encoded in strings.
-- $1 seed, $2 conditions, $3 effects
INSERT INTO seed_responses (node, body)
SELECT line.node, jsonb_agg(
    jsonb_build_object(
        'id', 'r' || line.part || '_' || 1000 + dice % 9000, 'text', line.en,
        'condition', CASE WHEN is_old THEN coalesce(to_jsonb(condition.body::text), '""') ELSE condition.body END,
        'instruction', CASE WHEN is_old THEN effects.body::text END
    ) || CASE
        WHEN is_old THEN '{}'::jsonb
        ELSE jsonb_build_object('instruction_assignments', coalesce(effects.body, '[]'))
    END
    ORDER BY line.part
)
FROM seed_line AS line
CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, line.node * 8::bigint + line.part, 'response', 900000) AS dice) AS thrown
CROSS JOIN LATERAL (SELECT dice / 4 % 50 = 0 AS is_old) AS aged
LEFT JOIN seed_condition AS condition ON dice % 4 = 0 AND condition.n = dice / 8 % $2::integer
LEFT JOIN seed_effects AS effects ON dice % 3 = 0 AND effects.n = dice / 8 % $3::integer
WHERE line.part > 0
GROUP BY line.node
