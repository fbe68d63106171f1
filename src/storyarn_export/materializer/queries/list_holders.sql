-- Fields of the rest of the project that may hide references, in their stored form: kind, id, field, type of the row,
-- value. Rows of the file hide no old ids.
-- $1 project
SELECT holder.kind, holder.id AS number, holder.field, holder.type, holder.value
FROM (
    SELECT 'sheet' AS kind, id, 'description' AS field, '' AS type, description AS value, 'sheet' AS root_kind, id AS root_id
    FROM sheets WHERE project_id = $1 AND deleted_at IS NULL AND description LIKE '%data-id%'
    UNION ALL
    SELECT 'flow', id, 'description', '', description, 'flow', id
    FROM flows WHERE project_id = $1 AND deleted_at IS NULL AND description LIKE '%data-id%'
    UNION ALL
    SELECT 'scene', id, 'description', '', description, 'scene', id
    FROM scenes WHERE project_id = $1 AND deleted_at IS NULL AND description LIKE '%data-id%'
    UNION ALL
    SELECT 'screenplay', id, 'description', '', description, 'screenplay', id
    FROM screenplays WHERE project_id = $1 AND deleted_at IS NULL AND description LIKE '%data-id%'
    UNION ALL
    SELECT 'block', block.id, 'value', block.type, block.value::text, 'sheet', sheet.id
    FROM blocks AS block JOIN sheets AS sheet ON sheet.id = block.sheet_id
    WHERE sheet.project_id = $1 AND sheet.deleted_at IS NULL AND block.deleted_at IS NULL
        AND (block.type = 'reference' OR block.value::text LIKE '%data-id%')
    UNION ALL
    SELECT 'node', node.id, 'data', node.type, node.data::text, 'flow', flow.id
    FROM flow_nodes AS node JOIN flows AS flow ON flow.id = node.flow_id
    WHERE flow.project_id = $1 AND flow.deleted_at IS NULL AND node.deleted_at IS NULL
        AND (node.type IN ('dialogue', 'scene', 'subflow', 'exit') OR node.data::text LIKE '%data-id%')
    UNION ALL
    SELECT 'element', element.id, 'content', element.type, element.content, 'screenplay', screenplay.id
    FROM screenplay_elements AS element JOIN screenplays AS screenplay ON screenplay.id = element.screenplay_id
    WHERE screenplay.project_id = $1 AND screenplay.deleted_at IS NULL AND element.content LIKE '%data-id%'
    UNION ALL
    SELECT 'element', element.id, 'data', element.type, element.data::text, 'screenplay', screenplay.id
    FROM screenplay_elements AS element JOIN screenplays AS screenplay ON screenplay.id = element.screenplay_id
    WHERE screenplay.project_id = $1 AND screenplay.deleted_at IS NULL AND element.data::text ~ '_id"|data-id'
    UNION ALL
    SELECT 'localized_text', id, 'source_text', '', source_text, '', 0
    FROM localized_texts WHERE project_id = $1 AND source_text LIKE '%data-id%'
    UNION ALL
    SELECT 'localized_text', id, 'translated_text', '', translated_text, '', 0
    FROM localized_texts WHERE project_id = $1 AND translated_text LIKE '%data-id%'
) AS holder
WHERE NOT EXISTS (
    SELECT FROM ids
    WHERE ids.kind = holder.root_kind AND ids.new_id = holder.root_id
        AND ids.kind IN ('sheet', 'flow', 'scene', 'screenplay') AND ids.action = 'create'
)
