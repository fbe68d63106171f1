-- Texts of dialogues: log-normal in sentences, as writers are; a paragraph every four sentences; some mention a sheet.
-- $1 seed, $2 sentences, $3 sheets
INSERT INTO seed_line (node, part, en, es, de)
SELECT spoken.n, 0, '<p>' || spoken.en || closing, '<p>' || spoken.es || closing, '<p>' || spoken.de || closing
FROM (
    SELECT node.n, string_agg(glue || sentence.en, '' ORDER BY turn) AS en,
        string_agg(glue || sentence.es, '' ORDER BY turn) AS es, string_agg(glue || sentence.de, '' ORDER BY turn) AS de
    FROM seed_node AS node
    CROSS JOIN LATERAL generate_series(1, least(40, greatest(1, round(1.75 * exp(0.0165 * (
        pg_temp.roll($1::bigint, node.n, 'length a', 100) + pg_temp.roll($1, node.n, 'length b', 100)
        + pg_temp.roll($1, node.n, 'length c', 100) + pg_temp.roll($1, node.n, 'length d', 100) - 198
    )))))::integer) AS turn
    CROSS JOIN LATERAL (
        SELECT CASE WHEN turn = 1 THEN '' WHEN turn % 4 = 1 THEN '</p><p>' ELSE ' ' END AS glue
    ) AS before
    JOIN seed_sentence AS sentence
        ON sentence.n = pg_temp.roll($1, node.n * 64::bigint + turn, 'sentence', $2::integer)
    WHERE node.type = 'dialogue'
    GROUP BY node.n
) AS spoken
LEFT JOIN seed_sheet AS sheet
    ON pg_temp.roll($1, spoken.n, 'mentions', 16) = 0 AND sheet.n = pg_temp.roll($1, spoken.n, 'mentioned', $3::integer)
CROSS JOIN LATERAL (SELECT CASE
    WHEN sheet.id IS NULL THEN '</p>'
    ELSE format(' <span class="mention" data-type="sheet" data-id="%s">%s</span>.</p>', sheet.id, sheet.name)
END AS closing) AS ended
