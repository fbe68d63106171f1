-- How many rows of each kind an export would write; and how many connections and texts there are to choose from.
-- Tables are entered by index (`= ANY (ARRAY (…))`), so that a small project costs little beside large ones, and what was
-- found is joined by hash: the transaction has sequential scans and nested loops off. On tables that were never analyzed
-- other plans look cheap and are quadratic. IS NOT DISTINCT FROM keeps flow_id from being joined by, which would pair all
-- nodes of a flow.
-- $1 project, $2 sections in the file, $3 sheet ids or NULL for all, $4 flow ids or NULL, $5 scene ids or NULL,
-- $6 locale codes or NULL
WITH
sheet AS MATERIALIZED (
    SELECT id FROM sheets
    WHERE 'sheets' = ANY ($2::text[]) AND project_id = $1 AND deleted_at IS NULL
        AND ($3::bigint[] IS NULL OR id = ANY ($3))
),
block AS MATERIALIZED (
    SELECT id, type FROM blocks WHERE sheet_id = ANY (ARRAY (SELECT id FROM sheet)) AND deleted_at IS NULL
),
flow AS MATERIALIZED (
    SELECT id FROM flows
    WHERE 'flows' = ANY ($2) AND project_id = $1 AND deleted_at IS NULL AND ($4::bigint[] IS NULL OR id = ANY ($4))
),
node AS MATERIALIZED (
    SELECT id, flow_id FROM flow_nodes
    WHERE flow_id = ANY (ARRAY (SELECT id FROM flow)) AND deleted_at IS NULL
),
wire AS MATERIALIZED (
    SELECT flow_id, source_node_id, target_node_id FROM flow_connections
    WHERE flow_id = ANY (ARRAY (SELECT id FROM flow))
),
scene AS MATERIALIZED (
    SELECT id FROM scenes
    WHERE 'scenes' = ANY ($2) AND project_id = $1 AND deleted_at IS NULL
        AND ($5::bigint[] IS NULL OR id = ANY ($5))
),
screenplay AS MATERIALIZED (
    SELECT id FROM screenplays WHERE 'screenplays' = ANY ($2) AND project_id = $1 AND deleted_at IS NULL
),
line AS MATERIALIZED (
    SELECT source_type, source_id FROM localized_texts
    WHERE 'localization' = ANY ($2) AND project_id = $1 AND ($6::text[] IS NULL OR locale_code = ANY ($6))
)
SELECT 'sheet' AS kind, count(*) AS rows FROM sheet
UNION ALL SELECT 'block', count(*) FROM block
UNION ALL SELECT 'table_column', count(*) FROM table_columns
    WHERE block_id = ANY (ARRAY (SELECT id FROM block WHERE type = 'table'))
UNION ALL SELECT 'table_row', count(*) FROM table_rows
    WHERE block_id = ANY (ARRAY (SELECT id FROM block WHERE type = 'table'))
UNION ALL SELECT 'flow', count(*) FROM flow
UNION ALL SELECT 'node', count(*) FROM node
UNION ALL SELECT 'flow_connection', count(*) FROM wire
    JOIN node AS source ON source.id = wire.source_node_id AND source.flow_id IS NOT DISTINCT FROM wire.flow_id
    JOIN node AS target ON target.id = wire.target_node_id AND target.flow_id IS NOT DISTINCT FROM wire.flow_id
UNION ALL SELECT 'any_flow_connection', count(*) FROM wire
UNION ALL SELECT 'scene', count(*) FROM scene
UNION ALL SELECT 'layer', count(*) FROM scene_layers WHERE scene_id = ANY (ARRAY (SELECT id FROM scene))
UNION ALL SELECT 'pin', count(*) FROM scene_pins WHERE scene_id = ANY (ARRAY (SELECT id FROM scene))
UNION ALL SELECT 'zone', count(*) FROM scene_zones WHERE scene_id = ANY (ARRAY (SELECT id FROM scene))
UNION ALL SELECT 'scene_connection', count(*) FROM scene_connections
    WHERE scene_id = ANY (ARRAY (SELECT id FROM scene))
UNION ALL SELECT 'annotation', count(*) FROM scene_annotations WHERE scene_id = ANY (ARRAY (SELECT id FROM scene))
UNION ALL SELECT 'screenplay', count(*) FROM screenplay
UNION ALL SELECT 'element', count(*) FROM screenplay_elements
    WHERE screenplay_id = ANY (ARRAY (SELECT id FROM screenplay))
UNION ALL SELECT 'language', count(*) FROM project_languages
    WHERE 'localization' = ANY ($2) AND project_id = $1 AND ($6 IS NULL OR locale_code = ANY ($6))
UNION ALL SELECT 'any_localized_text', count(*) FROM line
UNION ALL SELECT 'localized_text', sum(owned.rows)::bigint FROM (
    SELECT count(*) AS rows FROM line JOIN node ON node.id = line.source_id WHERE line.source_type = 'flow_node'
    UNION ALL
    SELECT count(*) FROM line JOIN block ON block.id = line.source_id WHERE line.source_type = 'block'
    UNION ALL
    SELECT count(*) FROM line JOIN sheet ON sheet.id = line.source_id WHERE line.source_type = 'sheet'
    UNION ALL
    SELECT count(*) FROM line JOIN flow ON flow.id = line.source_id WHERE line.source_type = 'flow'
    UNION ALL
    SELECT count(*) FROM line JOIN screenplay ON screenplay.id = line.source_id
    WHERE line.source_type = 'screenplay'
) AS owned
UNION ALL SELECT 'glossary_entry', count(*) FROM localization_glossary_entries
    WHERE 'localization' = ANY ($2) AND project_id = $1 AND ($6 IS NULL OR target_locale = ANY ($6))
UNION ALL SELECT 'asset', count(*) FROM assets WHERE 'assets' = ANY ($2) AND project_id = $1
