-- Localized texts whose owner is not in the trash, in the order of the story: sheets and their blocks, flows and their
-- nodes, screenplays, each as in a document; within a dialogue its text, menu text, stage directions, then its responses
-- in their order. Text as JSON; NULL is shown as null.
-- $1 project, $2 locale codes
SELECT line.source_type || '/' || line.source_id AS owner,
    to_json(line.source_field), to_json(line.locale_code), to_json(speaker.name), to_json(owner.context),
    to_json(line.source_text), encode(sha256(convert_to(line.source_text, 'UTF8')), 'hex'),
    to_json(line.translated_text), line.status
FROM localized_texts AS line
JOIN (
    SELECT 'sheet' AS type, sheet.id, 0 AS section, sheet.position, sheet.id AS root_id, 0 AS part,
        0 AS part_position, sheet.name AS context
    FROM sheets AS sheet
    WHERE sheet.project_id = $1 AND sheet.deleted_at IS NULL
    UNION ALL
    SELECT 'block', block.id, 0, sheet.position, sheet.id, 1, block.position,
        concat_ws(' / ', sheet.name, coalesce(nullif(block.config ->> 'label', ''), block.variable_name))
    FROM blocks AS block JOIN sheets AS sheet ON sheet.id = block.sheet_id
    WHERE sheet.project_id = $1 AND sheet.deleted_at IS NULL AND block.deleted_at IS NULL
    UNION ALL
    SELECT 'flow', flow.id, 1, flow.position, flow.id, 0, 0, flow.name
    FROM flows AS flow
    WHERE flow.project_id = $1 AND flow.deleted_at IS NULL
    UNION ALL
    SELECT 'flow_node', node.id, 1, flow.position, flow.id, 1, 0,
        concat_ws(' / ', flow.name, concat_ws(' ', node.type, nullif(node.data ->> 'technical_id', '')))
    FROM flow_nodes AS node JOIN flows AS flow ON flow.id = node.flow_id
    WHERE flow.project_id = $1 AND flow.deleted_at IS NULL AND node.deleted_at IS NULL
    UNION ALL
    SELECT 'screenplay', play.id, 2, play.position, play.id, 0, 0, play.name
    FROM screenplays AS play
    WHERE play.project_id = $1 AND play.deleted_at IS NULL
) AS owner ON owner.type = line.source_type AND owner.id = line.source_id
LEFT JOIN sheets AS speaker ON speaker.id = line.speaker_sheet_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN line.source_field = 'text' THEN 1
    WHEN line.source_field = 'menu_text' THEN 2
    WHEN line.source_field = 'stage_directions' THEN 3
    WHEN line.source_type = 'flow_node' AND starts_with(line.source_field, 'response.') THEN coalesce(4 + (
        SELECT min(response.ordinal)
        FROM flow_nodes AS node
        CROSS JOIN LATERAL jsonb_array_elements(
            CASE jsonb_typeof(node.data -> 'responses') WHEN 'array' THEN node.data -> 'responses' ELSE '[]' END
        ) WITH ORDINALITY AS response (item, ordinal)
        WHERE node.id = line.source_id
            AND starts_with(line.source_field, 'response.' || (response.item ->> 'id') || '.')
    ), 1000000)
    ELSE 0
END AS field_rank) AS field
WHERE line.project_id = $1 AND line.locale_code = ANY ($2::text[])
ORDER BY owner.section, owner.position, owner.root_id, owner.part, owner.part_position, owner.id,
    field.field_rank, line.source_field, line.locale_code
