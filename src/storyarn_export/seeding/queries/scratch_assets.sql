-- Two pictures, then a recording, and so on.
-- $1 how many
INSERT INTO seed_asset (n, id, kind)
SELECT n, nextval('assets_id_seq'), CASE n % 3 WHEN 1 THEN 'audio' ELSE 'image' END
FROM generate_series(0, $1::integer - 1) AS n
