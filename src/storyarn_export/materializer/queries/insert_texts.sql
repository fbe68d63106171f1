-- Texts whose owner is in the file. Where mentions were renamed the hash is computed anew.
-- $1 project
INSERT INTO localized_texts (
    project_id, source_type, source_id, source_field, source_text, source_text_hash, locale_code, translated_text,
    status, vo_status, vo_asset_id, translator_notes, reviewer_notes, speaker_sheet_id, word_count,
    machine_translated, last_translated_at, last_reviewed_at
)
SELECT
    $1,
    row.source_type,
    owner.new_id,
    row.source_field,
    source.text,
    CASE
        WHEN original.ordinal IS NULL OR row.source_text_hash IS NULL THEN row.source_text_hash
        ELSE encode(sha256(convert_to(source.text, 'UTF8')), 'hex')
    END,
    row.locale_code,
    CASE
        WHEN translation.ordinal IS NULL THEN row.translated_text
        ELSE format(row.translated_text, VARIADIC translation.arguments)
    END,
    row.status,
    row.vo_status,
    voice.new_id,
    row.translator_notes,
    row.reviewer_notes,
    speaker.new_id,
    row.word_count,
    row.machine_translated,
    row.last_translated_at,
    row.last_reviewed_at
FROM staged_localized_texts AS row
JOIN ids AS owner
    ON owner.kind = CASE row.source_type WHEN 'flow_node' THEN 'node' ELSE row.source_type END
    AND owner.old_id = row.source_id
    AND owner.kind IN ('node', 'block', 'sheet', 'flow', 'screenplay')
LEFT JOIN ids AS voice ON voice.kind = 'asset' AND voice.old_id = row.vo_asset_id
LEFT JOIN ids AS speaker ON speaker.kind = 'sheet' AND speaker.old_id = row.speaker_sheet_id
LEFT JOIN filled AS original ON original.ordinal = row.ordinal AND original.field = 'source_text'
LEFT JOIN filled AS translation ON translation.ordinal = row.ordinal AND translation.field = 'translated_text'
CROSS JOIN LATERAL (
    SELECT CASE
        WHEN original.ordinal IS NULL THEN row.source_text ELSE format(row.source_text, VARIADIC original.arguments)
    END AS text
) AS source
WHERE row.source_type IN ('flow_node', 'block', 'sheet', 'flow', 'screenplay')
    AND NOT EXISTS (SELECT FROM settled WHERE settled.ordinal = row.ordinal)
ON CONFLICT ON CONSTRAINT localized_texts_source_key DO NOTHING
