-- More that is translated: mottos and names of the first sheets, names of the first flows.
-- $1 seed, $2 mottos, $3 names of sheets, $4 names of flows, $5 sentences
INSERT INTO seed_string (source_type, source_id, field, en, es, de)
SELECT 'block', block.id, 'value.content', sentence.en, sentence.es, sentence.de
FROM seed_block AS block
JOIN seed_sentence AS sentence ON sentence.n = pg_temp.roll($1::bigint, block.sheet, 'motto', $5::integer)
WHERE block.position = 0 AND block.sheet < $2::integer
UNION ALL
SELECT 'sheet', id, 'name', name, name, name FROM seed_sheet WHERE n < $3::integer
UNION ALL
SELECT 'flow', seed_flow.id, 'name', flows.name, flows.name, flows.name
FROM seed_flow JOIN flows ON flows.id = seed_flow.id
WHERE n < $4::integer
