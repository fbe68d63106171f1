-- The tree of sheets. Tables are spread evenly over them.
-- $1 seed, $2 sheets, $3 tables, $4 words of each kind
INSERT INTO seed_sheet (n, id, head, parent, position, family, name, shortcut, hides, table_n)
SELECT n, nextval('sheets_id_seq'), head, parent, position, family, name,
    CASE
        WHEN member = 0 THEN kind || '-' || n / 16
        WHEN pg_temp.roll($1::bigint, n, 'nameless', 50) > 0
            THEN kind || '.' || lower(regexp_replace(name, '[^A-Za-z]+', '', 'g')) || '-' || n
    END,
    member BETWEEN 1 AND 11 AND pg_temp.roll($1, n, 'hides', 20) = 0, table_n
FROM (
    SELECT i AS n, i % 16 AS member, i - i % 16 AS head, i / 16 % 4 AS family,
        (ARRAY['cast', 'place', 'item', 'faction'])[i / 16 % 4 + 1] AS kind,
        CASE WHEN i % 16 = 0 THEN NULL WHEN i % 16 > 12 THEN i - i % 16 + 12 ELSE i - i % 16 END AS parent,
        CASE WHEN i % 16 = 0 THEN i / 16 WHEN i % 16 > 12 THEN i % 16 - 13 ELSE i % 16 - 1 END AS position,
        CASE
            WHEN i % 16 = 0 THEN (ARRAY['Cast', 'Places', 'Items', 'Factions'])[i / 16 % 4 + 1] || ' ' || i / 64 + 1
            WHEN i / 16 % 4 = 0 THEN given.en || ' ' || surname.en
            ELSE initcap(adjective.en) || ' ' || initcap(noun.en)
        END AS name,
        CASE
            WHEN (i + 1)::bigint * $3::integer / $2::integer > i::bigint * $3 / $2 THEN i::bigint * $3 / $2
        END AS table_n
    FROM generate_series(0, $2 - 1) AS i
    JOIN seed_word AS given ON given.kind = 'given' AND given.n = pg_temp.roll($1, i, 'given', $4::integer)
    JOIN seed_word AS surname ON surname.kind = 'surname' AND surname.n = pg_temp.roll($1, i, 'surname', $4)
    JOIN seed_word AS adjective ON adjective.kind = 'adjective' AND adjective.n = pg_temp.roll($1, i, 'sheet adjective', $4)
    JOIN seed_word AS noun ON noun.kind = 'noun' AND noun.n = pg_temp.roll($1, i, 'sheet noun', $4)
    ORDER BY i
) AS tree
