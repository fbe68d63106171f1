-- Terms and their renderings; some are kept as they are, and have none.
-- $1 project, $2 terms, $3 words of each kind
INSERT INTO localization_glossary_entries (
    project_id, source_term, source_locale, target_term, target_locale, context, do_not_translate
)
SELECT $1::bigint, initcap(adjective.en) || ' ' || noun.en || CASE WHEN i >= 1024 THEN ' ' || i ELSE '' END, 'en',
    CASE WHEN i % 9 > 0 THEN CASE locale.code
        WHEN 'es' THEN noun.es || ' ' || adjective.es ELSE initcap(adjective.de) || ' ' || noun.de
    END END,
    locale.code, CASE WHEN i % 4 = 0 THEN 'A place.' END, i % 9 = 0
FROM generate_series(0, $2::integer - 1) AS i
CROSS JOIN (VALUES ('de'), ('es')) AS locale (code)
JOIN seed_word AS noun ON noun.kind = 'noun' AND noun.n = i % $3::integer
JOIN seed_word AS adjective ON adjective.kind = 'adjective' AND adjective.n = i / 32 % $3
ORDER BY i, locale.code
