-- Texts in the file that may refer to what is not: those with a speaker or a recording, and those with a mention. In the
-- order of the strings, then by locale code.
-- $1 project, $2 locale codes or NULL for all, $3 whether sheets are in the file, $4 sheet ids or NULL for all,
-- $5 whether flows are, $6 flow ids or NULL for all, $7 whether screenplays are
SELECT 'line', line.source_type, line.source_id::text, line.locale_code,
    line.speaker_sheet_id::text, line.vo_asset_id::text,
    CASE WHEN strpos(lower(line.source_text), 'data-id') > 0 THEN to_json(line.source_text) END::text,
    CASE WHEN strpos(lower(line.translated_text), 'data-id') > 0 THEN to_json(line.translated_text) END::text
FROM localized_texts AS line
WHERE line.project_id = $1
    AND ($2::text[] IS NULL OR line.locale_code = ANY ($2))
    AND (line.speaker_sheet_id IS NOT NULL OR line.vo_asset_id IS NOT NULL
        OR strpos(lower(line.source_text), 'data-id') > 0 OR strpos(lower(line.translated_text), 'data-id') > 0)
    AND CASE line.source_type
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
    END
ORDER BY line.source_type, line.source_id, line.source_field, line.locale_code
