-- Columns of tables: one each, the rest dealt out unevenly.
-- $1 seed, $2 tables, $3 columns, $4 words of each kind
INSERT INTO seed_column (table_n, position, type, name, slug)
SELECT table_n, position,
    CASE position
        WHEN 0 THEN 'number'
        ELSE (ARRAY['text', 'boolean', 'select', 'reference', 'number', 'date', 'multi_select'])[
            (table_n + position) % 7 + 1
        ]
    END,
    initcap(word.en), word.en || CASE position WHEN 0 THEN '' ELSE '_' || position + 1 END
FROM (
    SELECT table_n,
        1 + ($3::bigint - $2) * upto / whole - ($3::bigint - $2) * (upto - share) / whole AS columns
    FROM (
        SELECT table_n, share, sum(share) OVER (ORDER BY table_n)::bigint AS upto, sum(share) OVER ()::bigint AS whole
        FROM (
            SELECT n AS table_n, 1 + pg_temp.roll($1::bigint, n, 'columns', 4) AS share
            FROM generate_series(0, $2::integer - 1) AS n
        ) AS one
    ) AS dealt
) AS size
CROSS JOIN LATERAL generate_series(0, size.columns::integer - 1) AS position
JOIN seed_word AS word
    ON word.kind = 'noun' AND word.n = pg_temp.roll($1, table_n * 64::bigint + position, 'column', $4::integer)
ORDER BY table_n, position
