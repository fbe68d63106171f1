-- Localized texts, in the order that a file has them. What is pending has no translation yet.
-- $1 project, $2 seed, $3 assets
INSERT INTO localized_texts (
    project_id, source_type, source_id, source_field, source_text, source_text_hash, locale_code, translated_text, status,
    vo_status, vo_asset_id, translator_notes, reviewer_notes, speaker_sheet_id, word_count, machine_translated,
    last_translated_at, last_reviewed_at
)
SELECT $1::bigint, line.source_type, line.source_id, line.field, line.en, line.hash, locale.code, done.text, done.status,
    voice.status, CASE WHEN voice.status = 'recorded' THEN asset.id END,
    CASE WHEN dice % 30 = 0 THEN 'Keep it short.' END, CASE WHEN dice % 45 = 0 THEN 'Agreed with the writer.' END,
    line.speaker,
    CASE WHEN done.text IS NOT NULL THEN 1 + length(done.text) - length(replace(done.text, ' ', '')) END,
    locale.code = 'de' AND dice % 5 = 0,
    CASE WHEN done.text IS NOT NULL THEN timestamptz '2026-01-05 08:00:00.25Z' + dice * interval '7.5 seconds' END,
    CASE WHEN done.status = 'final' THEN timestamptz '2026-02-01 12:00Z' + dice * interval '1 second' END
FROM (
    SELECT *, encode(sha256(convert_to(en, 'UTF8')), 'hex') AS hash, row_number() OVER () AS ordinal
    FROM (SELECT * FROM seed_string ORDER BY source_type COLLATE "C", source_id, field COLLATE "C") AS sorted
) AS line
CROSS JOIN (VALUES ('de', 0), ('en', 1), ('es', 2)) AS locale (code, turn)
CROSS JOIN LATERAL (
    SELECT pg_temp.roll($2::bigint, line.ordinal * 4 + locale.turn, 'text', 1000000) AS dice
) AS thrown
CROSS JOIN LATERAL (SELECT CASE
    WHEN locale.code = 'en' THEN 'final'
    ELSE (ARRAY[
        'final', 'pending', 'draft', 'final', 'in_progress', 'review', 'final', 'draft', 'final', 'review'
    ])[dice % 10 + 1]
END AS status) AS stage
CROSS JOIN LATERAL (
    SELECT stage.status, CASE
        WHEN stage.status = 'pending' THEN NULL
        WHEN locale.code = 'en' THEN line.en WHEN locale.code = 'es' THEN line.es ELSE line.de
    END AS text
) AS done
CROSS JOIN LATERAL (SELECT CASE
    WHEN line.field <> 'text' THEN 'none'
    ELSE (ARRAY['none', 'needed', 'recorded', 'none', 'approved', 'needed'])[dice / 16 % 6 + 1]
END AS status) AS voice
LEFT JOIN seed_asset AS asset
    ON asset.kind = 'audio' AND asset.n = dice % greatest($3::integer / 3, 1) * 3 + 1
