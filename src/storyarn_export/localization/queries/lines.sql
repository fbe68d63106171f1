-- Localized texts whose owner is not in the trash, in the order of the story: sheets and their blocks, flows and their
-- nodes, screenplays, each as in a document; within a dialogue its text, menu text, stage directions, then its responses
-- in their order. Text as JSON; NULL is shown as null. Owners are looked up text by text: a plan that depends on how
-- many there are may be a very bad one while the tables are new.
-- $1 project, $2 locale codes
SELECT line.source_type || '/' || line.source_id AS owner,
    to_json(line.source_field), to_json(line.locale_code), to_json(speaker.name), to_json(owner.context),
    to_json(line.source_text), encode(sha256(convert_to(line.source_text, 'UTF8')), 'hex'),
    to_json(line.translated_text), line.status
FROM localized_texts AS line
CROSS JOIN LATERAL (
    SELECT 0 AS section, sheet.position, sheet.id AS root_id, 0 AS part, 0 AS part_position, sheet.name AS context,
        NULL::jsonb AS responses
    FROM sheets AS sheet
    WHERE line.source_type = 'sheet' AND sheet.id = line.source_id
        AND sheet.project_id = $1 AND sheet.deleted_at IS NULL
    UNION ALL
    SELECT 0, sheet.position, sheet.id, 1, block.position,
        concat_ws(' / ', sheet.name, coalesce(nullif(block.config ->> 'label', ''), block.variable_name)), NULL
    FROM blocks AS block JOIN sheets AS sheet ON sheet.id = block.sheet_id
    WHERE line.source_type = 'block' AND block.id = line.source_id
        AND sheet.project_id = $1 AND sheet.deleted_at IS NULL AND block.deleted_at IS NULL
    UNION ALL
    SELECT 1, flow.position, flow.id, 0, 0, flow.name, NULL
    FROM flows AS flow
    WHERE line.source_type = 'flow' AND flow.id = line.source_id
        AND flow.project_id = $1 AND flow.deleted_at IS NULL
    UNION ALL
    SELECT 1, flow.position, flow.id, 1, 0,
        concat_ws(' / ', flow.name, concat_ws(' ', node.type, nullif(node.data ->> 'technical_id', ''))),
        CASE WHEN starts_with(line.source_field, 'response.') THEN node.data -> 'responses' END
    FROM flow_nodes AS node JOIN flows AS flow ON flow.id = node.flow_id
    WHERE line.source_type = 'flow_node' AND node.id = line.source_id
        AND flow.project_id = $1 AND flow.deleted_at IS NULL AND node.deleted_at IS NULL
    UNION ALL
    SELECT 2, play.position, play.id, 0, 0, play.name, NULL
    FROM screenplays AS play
    WHERE line.source_type = 'screenplay' AND play.id = line.source_id
        AND play.project_id = $1 AND play.deleted_at IS NULL
) AS owner
LEFT JOIN sheets AS speaker ON speaker.id = line.speaker_sheet_id
CROSS JOIN LATERAL (SELECT CASE
    WHEN line.source_field = 'text' THEN 1
    WHEN line.source_field = 'menu_text' THEN 2
    WHEN line.source_field = 'stage_directions' THEN 3
    WHEN jsonb_typeof(owner.responses) = 'array' THEN coalesce(4 + (
        SELECT min(response.ordinal)
        FROM jsonb_array_elements(owner.responses) WITH ORDINALITY AS response (item, ordinal)
        WHERE starts_with(line.source_field, 'response.' || (response.item ->> 'id') || '.')
    ), 1000000)
    WHEN starts_with(line.source_field, 'response.') THEN 1000000
    ELSE 0
END AS field_rank) AS field
WHERE line.project_id = $1 AND line.locale_code = ANY ($2::text[])
ORDER BY owner.section, owner.position, owner.root_id, owner.part, owner.part_position, line.source_id,
    field.field_rank, line.source_field, line.locale_code
