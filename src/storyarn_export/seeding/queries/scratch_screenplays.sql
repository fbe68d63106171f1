-- Screenplays: each is linked to the flow of its number; one in ten is a draft of the one before and linked to none.
-- $1 screenplays, $2 elements
INSERT INTO seed_screenplay (n, id, elements, draft_of, flow)
SELECT n, nextval('screenplays_id_seq'), (n + 1)::bigint * $2::integer / $1::integer - n::bigint * $2 / $1,
    CASE n % 10 WHEN 9 THEN n - 1 END, CASE WHEN n % 10 < 9 THEN n END
FROM generate_series(0, $1 - 1) AS n
