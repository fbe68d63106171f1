-- Change the texts that are other than the file says, if their source text is the one that the file was made from. Line
-- ends are not compared: what translators work with makes one of the other. Yields how many were changed.
-- $1 project, $2 who brings the file
WITH changed AS (
    UPDATE localized_texts AS stored
    SET translated_text = CASE WHEN fresh.retranslated THEN fresh.translated_text ELSE stored.translated_text END,
        word_count = CASE WHEN fresh.retranslated THEN fresh.word_count ELSE stored.word_count END,
        machine_translated = stored.machine_translated AND NOT fresh.retranslated,
        last_translated_at = CASE WHEN fresh.retranslated THEN now() ELSE stored.last_translated_at END,
        translated_by_id = CASE WHEN fresh.retranslated THEN $2::bigint ELSE stored.translated_by_id END,
        status = coalesce(fresh.status, stored.status),
        last_reviewed_at = CASE WHEN fresh.finished THEN now() ELSE stored.last_reviewed_at END,
        reviewed_by_id = CASE WHEN fresh.finished THEN $2::bigint ELSE stored.reviewed_by_id END,
        updated_at = now()
    FROM (
        SELECT staged.*, present.id,
            staged.translated_text IS NOT NULL AND regexp_replace(staged.translated_text, E'\r\n?', E'\n', 'g')
                IS DISTINCT FROM regexp_replace(present.translated_text, E'\r\n?', E'\n', 'g') AS retranslated,
            staged.status = 'final' AND present.status IS DISTINCT FROM 'final' AS finished,
            staged.status IS NOT NULL AND staged.status IS DISTINCT FROM present.status AS restated
        FROM staged_changes AS staged
        JOIN localized_texts AS present USING (source_type, source_id, source_field, locale_code)
        WHERE present.project_id = $1
    ) AS fresh
    WHERE stored.id = fresh.id
        AND (fresh.retranslated OR fresh.restated)
        AND coalesce(encode(sha256(convert_to(stored.source_text, 'UTF8')), 'hex'), '') = fresh.source_hash
    RETURNING fresh.ordinal
)
INSERT INTO applied_changes SELECT ordinal FROM changed
