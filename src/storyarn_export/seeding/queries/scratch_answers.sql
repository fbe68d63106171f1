-- Texts of responses: one sentence.
-- $1 seed, $2 sentences
INSERT INTO seed_line (node, part, en, es, de)
SELECT node.n, part, sentence.en, sentence.es, sentence.de
FROM seed_node AS node
CROSS JOIN LATERAL generate_series(1, node.responses) AS part
JOIN seed_sentence AS sentence ON sentence.n = pg_temp.roll($1::bigint, node.n * 8::bigint + part, 'answer', $2::integer)
