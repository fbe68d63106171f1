-- The vocabulary.
-- $1 kinds, $2 ordinals within the kind, $3 English, $4 Spanish, $5 German
INSERT INTO seed_word (kind, n, en, es, de)
SELECT * FROM unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[])
