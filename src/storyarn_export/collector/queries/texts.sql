-- Localized texts whose owner is in the file, in the order of the strings, then by locale code; columns as in
-- `domain.rows`.
-- $1 project, $2 locale codes or NULL for all, $3 whether sheets are in the file, $4 sheet ids or NULL for all,
-- $5 whether flows are, $6 flow ids or NULL for all, $7 whether screenplays are, $8 whether a census has shown that
-- the owners of all texts are in the file; $9 to $12 type, id, field and locale code of the last row that is not wanted
-- or NULL
SELECT 'text',
    line.source_type, line.source_id, to_json(line.source_field), to_json(line.source_text),
    to_json(line.source_text_hash), '"' || line.speaker_sheet_id || '"',
    to_json(line.locale_code),
    to_json(line.translated_text), '"' || line.status || '"', '"' || line.vo_status || '"',
    '"' || line.vo_asset_id || '"',
    to_json(line.translator_notes), to_json(line.reviewer_notes), line.word_count, line.machine_translated,
    story_time(line.last_translated_at), story_time(line.last_reviewed_at)
FROM localized_texts AS line
WHERE line.project_id = $1
    AND ($2::text[] IS NULL OR line.locale_code = ANY ($2))
    AND ($8::boolean OR CASE line.source_type
        WHEN 'flow_node' THEN $5::boolean AND EXISTS (
            SELECT FROM flow_nodes AS node JOIN flows AS root ON root.id = node.flow_id
            WHERE node.id = line.source_id AND node.deleted_at IS NULL
                AND root.project_id = $1 AND root.deleted_at IS NULL
                AND ($6::bigint[] IS NULL OR root.id = ANY ($6))
        )
        WHEN 'block' THEN $3::boolean AND EXISTS (
            SELECT FROM blocks AS block JOIN sheets AS root ON root.id = block.sheet_id
            WHERE block.id = line.source_id AND block.deleted_at IS NULL
                AND root.project_id = $1 AND root.deleted_at IS NULL
                AND ($4::bigint[] IS NULL OR root.id = ANY ($4))
        )
        WHEN 'sheet' THEN $3::boolean AND EXISTS (
            SELECT FROM sheets AS root
            WHERE root.id = line.source_id AND root.project_id = $1 AND root.deleted_at IS NULL
                AND ($4::bigint[] IS NULL OR root.id = ANY ($4))
        )
        WHEN 'flow' THEN $5::boolean AND EXISTS (
            SELECT FROM flows AS root
            WHERE root.id = line.source_id AND root.project_id = $1 AND root.deleted_at IS NULL
                AND ($6::bigint[] IS NULL OR root.id = ANY ($6))
        )
        ELSE $7::boolean AND EXISTS (
            SELECT FROM screenplays AS root
            WHERE root.id = line.source_id AND root.project_id = $1 AND root.deleted_at IS NULL
        )
    END)
    AND ($9::text IS NULL
        OR (line.source_type, line.source_id, line.source_field, line.locale_code)
            > ($9::text, $10::bigint, $11::text, $12::text))
ORDER BY line.source_type, line.source_id, line.source_field, line.locale_code
