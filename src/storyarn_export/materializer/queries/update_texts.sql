-- Texts that the project has take the file's values. Where mentions were renamed the hash is computed anew.
UPDATE localized_texts AS stored
SET source_text = fresh.source_text,
    source_text_hash = fresh.source_text_hash,
    translated_text = fresh.translated_text,
    status = fresh.status,
    vo_status = fresh.vo_status,
    vo_asset_id = fresh.vo_asset_id,
    translator_notes = fresh.translator_notes,
    reviewer_notes = fresh.reviewer_notes,
    speaker_sheet_id = fresh.speaker_sheet_id,
    word_count = fresh.word_count,
    machine_translated = fresh.machine_translated,
    last_translated_at = fresh.last_translated_at,
    last_reviewed_at = fresh.last_reviewed_at,
    updated_at = now()
FROM (
    SELECT
        settled.existing_id, row.status, row.vo_status, row.translator_notes, row.reviewer_notes, row.word_count,
        row.machine_translated, row.last_translated_at, row.last_reviewed_at,
        voice.new_id AS vo_asset_id,
        speaker.new_id AS speaker_sheet_id,
        source.text AS source_text,
        CASE
            WHEN original.ordinal IS NULL OR row.source_text_hash IS NULL THEN row.source_text_hash
            ELSE encode(sha256(convert_to(source.text, 'UTF8')), 'hex')
        END AS source_text_hash,
        CASE
            WHEN translation.ordinal IS NULL THEN row.translated_text
            ELSE format(row.translated_text, VARIADIC translation.arguments)
        END AS translated_text
    FROM settled
    JOIN staged_localized_texts AS row ON row.ordinal = settled.ordinal
    LEFT JOIN ids AS voice ON voice.kind = 'asset' AND voice.old_id = row.vo_asset_id
    LEFT JOIN ids AS speaker ON speaker.kind = 'sheet' AND speaker.old_id = row.speaker_sheet_id
    LEFT JOIN filled AS original ON original.ordinal = row.ordinal AND original.field = 'source_text'
    LEFT JOIN filled AS translation ON translation.ordinal = row.ordinal AND translation.field = 'translated_text'
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN original.ordinal IS NULL THEN row.source_text
            ELSE format(row.source_text, VARIADIC original.arguments)
        END AS text
    ) AS source
    WHERE settled.kind = 'localized_text' AND settled.action = 'update'
) AS fresh
WHERE stored.id = fresh.existing_id
