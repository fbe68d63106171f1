-- Table rows, dealt out unevenly: some tables have none. A few cells are missing, a few belong to no column.
-- $1 seed, $2 tables, $3 rows, $4 sheets, $5 words of each kind
INSERT INTO table_rows (block_id, name, slug, position, cells)
SELECT block.id, initcap(adjective.en) || ' ' || noun.en, replace(adjective.en, ' ', '_') || '_' || place, place,
    coalesce(filled.cells, '{}') || CASE WHEN dice % 97 = 0 THEN '{"retired": 1}' ELSE '{}' END::jsonb
FROM (
    SELECT table_n, $3::bigint * upto / whole - $3::bigint * (upto - share) / whole AS rows
    FROM (
        SELECT table_n, share, sum(share) OVER (ORDER BY table_n)::bigint AS upto, sum(share) OVER ()::bigint AS whole
        FROM (
            SELECT n AS table_n, (1 + dice) * (1 + dice) AS share
            FROM generate_series(0, $2::integer - 1) AS n
            CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, n, 'rows', 100) AS dice) AS thrown
        ) AS one
    ) AS dealt
) AS size
CROSS JOIN LATERAL generate_series(0, size.rows::integer - 1) AS place
CROSS JOIN LATERAL (
    SELECT pg_temp.roll($1, table_n::bigint * 1024 + place, 'row', 1000000) AS dice
) AS thrown
JOIN seed_word AS adjective ON adjective.kind = 'adjective' AND adjective.n = dice % $5::integer
JOIN seed_word AS noun ON noun.kind = 'noun' AND noun.n = dice / 32 % $5
JOIN seed_sheet AS sheet ON sheet.table_n = size.table_n
JOIN seed_block AS block ON block.sheet = sheet.n AND block.type = 'table'
LEFT JOIN seed_sheet AS other ON other.n = dice % $4::integer
CROSS JOIN LATERAL (
    SELECT jsonb_object_agg(col.slug, CASE col.type
        WHEN 'number' THEN to_jsonb((dice + col.position) % 50)
        WHEN 'text' THEN to_jsonb(initcap(noun.es) || ' ' || adjective.es)
        WHEN 'boolean' THEN to_jsonb(dice % 2 = 0)
        WHEN 'select' THEN to_jsonb(CASE dice % 2 WHEN 0 THEN 'low' ELSE 'high' END)
        WHEN 'multi_select' THEN CASE dice % 3 WHEN 0 THEN '[]'::jsonb ELSE '["dry", "wet"]' END
        WHEN 'date' THEN to_jsonb((date '1900-01-01' + dice % 9000)::text)
        ELSE CASE col.table_n % 3
            WHEN 0 THEN CASE WHEN other.shortcut IS NULL THEN '[]' ELSE jsonb_build_array(other.shortcut) END
            ELSE to_jsonb(other.shortcut)
        END
    END) AS cells
    FROM seed_column AS col
    WHERE col.table_n = size.table_n AND (col.position + dice) % 31 > 0
) AS filled
ORDER BY block.n, place
