-- All that the project's side decides about an import, as one text: which roots meet which, and the row versions of
-- those and of what is below them; languages; what is there of glossary and assets; the main flow; texts of what meets.
-- $1 project
WITH
met AS (SELECT kind, existing_id AS id FROM roots WHERE existing_id IS NOT NULL),
block AS (
    SELECT block.id, block.xmin FROM blocks AS block JOIN met ON met.kind = 'sheet' AND met.id = block.sheet_id
    WHERE block.deleted_at IS NULL
),
node AS (
    SELECT node.id, node.xmin FROM flow_nodes AS node JOIN met ON met.kind = 'flow' AND met.id = node.flow_id
    WHERE node.deleted_at IS NULL
),
seen AS (
    SELECT 'sheet' AS kind, root.id, root.xmin FROM sheets AS root JOIN met ON met.kind = 'sheet' AND met.id = root.id
    UNION ALL SELECT 'flow', root.id, root.xmin FROM flows AS root JOIN met ON met.kind = 'flow' AND met.id = root.id
    UNION ALL SELECT 'scene', root.id, root.xmin FROM scenes AS root JOIN met ON met.kind = 'scene' AND met.id = root.id
    UNION ALL
    SELECT 'screenplay', root.id, root.xmin
    FROM screenplays AS root JOIN met ON met.kind = 'screenplay' AND met.id = root.id
    UNION ALL SELECT 'block', id, xmin FROM block
    UNION ALL SELECT 'table_column', part.id, part.xmin FROM table_columns AS part JOIN block ON block.id = part.block_id
    UNION ALL SELECT 'table_row', part.id, part.xmin FROM table_rows AS part JOIN block ON block.id = part.block_id
    UNION ALL SELECT 'node', id, xmin FROM node
    UNION ALL
    SELECT 'flow_connection', part.id, part.xmin
    FROM flow_connections AS part JOIN met ON met.kind = 'flow' AND met.id = part.flow_id
    UNION ALL
    SELECT 'layer', part.id, part.xmin
    FROM scene_layers AS part JOIN met ON met.kind = 'scene' AND met.id = part.scene_id
    UNION ALL
    SELECT 'pin', part.id, part.xmin
    FROM scene_pins AS part JOIN met ON met.kind = 'scene' AND met.id = part.scene_id
    UNION ALL
    SELECT 'zone', part.id, part.xmin
    FROM scene_zones AS part JOIN met ON met.kind = 'scene' AND met.id = part.scene_id
    UNION ALL
    SELECT 'scene_connection', part.id, part.xmin
    FROM scene_connections AS part JOIN met ON met.kind = 'scene' AND met.id = part.scene_id
    UNION ALL
    SELECT 'annotation', part.id, part.xmin
    FROM scene_annotations AS part JOIN met ON met.kind = 'scene' AND met.id = part.scene_id
    UNION ALL
    SELECT 'element', part.id, part.xmin
    FROM screenplay_elements AS part JOIN met ON met.kind = 'screenplay' AND met.id = part.screenplay_id
    UNION ALL
    SELECT 'localized_text', stored.id, stored.xmin
    FROM localized_texts AS stored
    JOIN (
        SELECT CASE kind WHEN 'node' THEN 'flow_node' ELSE kind END AS kind, id FROM met
        UNION ALL SELECT 'block', id FROM block
        UNION ALL SELECT 'flow_node', id FROM node
    ) AS owner ON owner.kind = stored.source_type AND owner.id = stored.source_id
    WHERE stored.project_id = $1
    UNION ALL
    SELECT 'glossary_entry', stored.id, stored.xmin
    FROM localization_glossary_entries AS stored
    JOIN (
        SELECT DISTINCT source_term, source_locale, target_locale FROM staged_localization_glossary_entries
    ) AS row USING (source_term, source_locale, target_locale)
    WHERE stored.project_id = $1
    UNION ALL
    SELECT 'language', stored.id, stored.xmin FROM project_languages AS stored
    WHERE stored.project_id = $1 AND (
        stored.is_source AND EXISTS (SELECT FROM staged_project_languages)
        OR EXISTS (SELECT FROM staged_project_languages AS row WHERE row.locale_code = stored.locale_code)
    )
    UNION ALL
    SELECT 'main', main.id, NULL FROM flows AS main
    WHERE main.project_id = $1 AND main.is_main AND main.deleted_at IS NULL
        AND EXISTS (SELECT FROM staged_flows WHERE is_main)
)
SELECT coalesce(string_agg(line, E'\n' ORDER BY line COLLATE "C"), '')
FROM (
    SELECT concat_ws(' ', 'root', kind, ordinal, existing_id) AS line FROM roots WHERE existing_id IS NOT NULL
    UNION ALL
    SELECT concat_ws(' ', 'asset', ordinal, existing_id) FROM settled WHERE kind = 'asset'
    UNION ALL
    SELECT concat_ws(' ', 'rows', kind, count(*), sum(hashtextextended(concat_ws(' ', id, xmin), 0)::numeric))
    FROM seen GROUP BY kind
) AS lines
