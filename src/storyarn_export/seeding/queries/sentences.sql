-- Sentences in three languages: 1 to 90 characters, of which 45 on the average.
-- $1 seed, $2 how many, $3 words of each kind
INSERT INTO seed_sentence (n, en, es, de)
SELECT pick.n,
    CASE
        WHEN form < 4 THEN remark.en
        WHEN form < 12 THEN format('The %s %s %s the %s %s.', adjective.en, noun.en, verb.en, thing.en, whereabouts.en)
        WHEN form < 15 THEN format('Who %s the %s %s?', verb.en, noun.en, whereabouts.en)
        WHEN form < 18 THEN format('If the %s %s the %s, the %s is ours.', noun.en, verb.en, thing.en, noun.en)
        ELSE format('“The %s, %s,” they said, “%s the %s %s.”',
            noun.en, whereabouts.en, verb.en, adjective.en, thing.en)
    END,
    CASE
        WHEN form < 4 THEN remark.es
        WHEN form < 12 THEN format('El %s %s %s el %s %s.', noun.es, adjective.es, verb.es, thing.es, whereabouts.es)
        WHEN form < 15 THEN format('¿Quién %s el %s %s?', verb.es, noun.es, whereabouts.es)
        WHEN form < 18 THEN format('Si el %s %s el %s, el %s es nuestro.', noun.es, verb.es, thing.es, noun.es)
        ELSE format('“El %s, %s”, dijeron, “%s el %s %s.”',
            noun.es, whereabouts.es, verb.es, thing.es, adjective.es)
    END,
    CASE
        WHEN form < 4 THEN remark.de
        WHEN form < 12 THEN format('Die %s %s %s die %s %s.', adjective.de, noun.de, verb.de, thing.de, whereabouts.de)
        WHEN form < 15 THEN format('Wer %s die %s %s?', verb.de, noun.de, whereabouts.de)
        WHEN form < 18 THEN format('Wenn die %s die %s %s, gehört die %s uns.', noun.de, thing.de, verb.de, noun.de)
        ELSE format('„Die %s“, sagten sie, „%s die %s %s, %s.“',
            noun.de, verb.de, adjective.de, thing.de, whereabouts.de)
    END
FROM (
    SELECT n, pg_temp.roll($1::bigint, n, 'form', 20) AS form FROM generate_series(0, $2::integer - 1) AS n
) AS pick
JOIN seed_word AS remark ON remark.kind = 'remark' AND remark.n = pg_temp.roll($1, pick.n, 'remark', $3::integer)
JOIN seed_word AS adjective
    ON adjective.kind = 'adjective' AND adjective.n = pg_temp.roll($1, pick.n, 'adjective', $3)
JOIN seed_word AS noun ON noun.kind = 'noun' AND noun.n = pg_temp.roll($1, pick.n, 'noun', $3)
JOIN seed_word AS thing ON thing.kind = 'noun' AND thing.n = pg_temp.roll($1, pick.n, 'thing', $3)
JOIN seed_word AS verb ON verb.kind = 'verb' AND verb.n = pg_temp.roll($1, pick.n, 'verb', $3)
JOIN seed_word AS whereabouts
    ON whereabouts.kind = 'whereabouts' AND whereabouts.n = pg_temp.roll($1, pick.n, 'whereabouts', $3)
ORDER BY pick.n
