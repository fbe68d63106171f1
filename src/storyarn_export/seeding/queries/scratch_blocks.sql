-- Blocks, as many on every sheet give or take one. The first three come from the head of the family, the fourth is the
-- table where the sheet has one.
-- $1 seed, $2 sheets, $3 blocks, $4 words of each kind
INSERT INTO seed_block (n, id, sheet, position, type, noun, variable, is_inherited, is_constant)
SELECT (row_number() OVER (ORDER BY sheet, position))::integer - 1, nextval('blocks_id_seq'), sheet, position, type,
    word.n,
    CASE
        WHEN type = 'reference' THEN NULL
        WHEN position < 3 AND NOT is_own THEN (ARRAY['motto', 'vigour', 'met'])[position + 1]
        WHEN pg_temp.roll($1::bigint, ordinal, 'unnamed', 60) > 0
            THEN replace(word.en, ' ', '_') || CASE WHEN position > 3 OR is_own THEN '_' || position ELSE '' END
    END,
    is_member AND position < 3 AND NOT is_own,
    position > 3 AND type <> 'table' AND pg_temp.roll($1, ordinal, 'constant', 20) = 0
FROM (
    SELECT sheet.n AS sheet, place AS position, sheet.n::bigint * 4096 + place AS ordinal, sheet.n > sheet.head AS is_member,
        place = 2 AND sheet.hides AS is_own,
        CASE
            WHEN place < 3 THEN (ARRAY['text', 'number', 'boolean'])[place + 1]
            WHEN place = 3 AND sheet.table_n IS NOT NULL THEN 'table'
            WHEN place = 3 THEN 'number'
            WHEN dice < 22 THEN 'number'
            WHEN dice < 38 THEN 'boolean'
            WHEN dice < 54 THEN 'select'
            WHEN dice < 67 THEN 'text'
            WHEN dice < 79 THEN 'rich_text'
            WHEN dice < 87 THEN 'multi_select'
            WHEN dice < 93 THEN 'reference'
            ELSE 'date'
        END AS type
    FROM seed_sheet AS sheet
    CROSS JOIN LATERAL generate_series(
        0, $3::integer / $2::integer - CASE WHEN sheet.n < $3 % $2 THEN 0 ELSE 1 END
    ) AS place
    CROSS JOIN LATERAL (
        SELECT pg_temp.roll($1, sheet.n::bigint * 4096 + place, 'block type', 100) AS dice
    ) AS thrown
) AS block
JOIN seed_word AS word ON word.kind = 'noun' AND word.n = pg_temp.roll($1, ordinal, 'label', $4::integer)
ORDER BY sheet, position
