-- The dialogues, with their responses, that are translated.
-- $1 seed, $2 strings at most, $3 share of the dialogues in thousandths, $4 sheets
-- Materialized, or a plan that wants the first rows early makes them one by one.
WITH line AS MATERIALIZED (
    SELECT line.node, line.part, node.id AS source_id,
        CASE line.part
            WHEN 0 THEN 'text'
            ELSE format('response.r%s_%s.text', line.part,
                1000 + pg_temp.roll($1, node.n * 8::bigint + line.part, 'response', 900000) % 9000)
        END AS field,
        line.en, line.es, line.de,
        CASE WHEN line.part = 0 AND dice % 10 > 0 THEN sheet.id END AS speaker
    FROM seed_line AS line
    JOIN seed_node AS node ON node.n = line.node
    CROSS JOIN LATERAL (SELECT pg_temp.roll($1, node.n, 'data', 1000000) AS dice) AS thrown
    JOIN seed_sheet AS sheet ON sheet.n = dice % $4::integer
    WHERE pg_temp.roll($1::bigint, line.node, 'translated', 1000) < $3::integer
)
INSERT INTO seed_string (source_type, source_id, field, en, es, de, speaker)
SELECT 'flow_node', source_id, field, en, es, de, speaker FROM line ORDER BY node, part LIMIT $2::integer
