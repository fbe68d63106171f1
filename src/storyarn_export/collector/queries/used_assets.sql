-- Ids of the assets of a project that something in a file refers to, ascending.
-- $1 project, $2 sections in the file, $3 sheet ids or NULL for all, $4 flow ids or NULL, $5 scene ids or NULL,
-- $6 locale codes or NULL
WITH
sheet AS MATERIALIZED (
    SELECT id, avatar_asset_id, banner_asset_id FROM sheets
    WHERE 'sheets' = ANY ($2::text[]) AND project_id = $1 AND deleted_at IS NULL
        AND ($3::bigint[] IS NULL OR id = ANY ($3))
),
flow AS MATERIALIZED (
    SELECT id FROM flows
    WHERE 'flows' = ANY ($2) AND project_id = $1 AND deleted_at IS NULL AND ($4::bigint[] IS NULL OR id = ANY ($4))
),
node AS MATERIALIZED (
    SELECT id,
        CASE WHEN type = 'dialogue' THEN btrim(data ->> 'audio_asset_id') END AS said,
        CASE WHEN type = 'dialogue' THEN btrim(data -> 'dual_dialogue' ->> 'audio_asset_id') END AS said_beside
    FROM flow_nodes WHERE flow_id = ANY (ARRAY (SELECT id FROM flow)) AND deleted_at IS NULL
),
scene AS MATERIALIZED (
    SELECT id, background_asset_id FROM scenes
    WHERE 'scenes' = ANY ($2) AND project_id = $1 AND deleted_at IS NULL
        AND ($5::bigint[] IS NULL OR id = ANY ($5))
),
screenplay AS MATERIALIZED (
    SELECT id FROM screenplays WHERE 'screenplays' = ANY ($2) AND project_id = $1 AND deleted_at IS NULL
),
block AS MATERIALIZED (
    SELECT id FROM blocks WHERE sheet_id = ANY (ARRAY (SELECT id FROM sheet)) AND deleted_at IS NULL
),
spoken AS MATERIALIZED (
    SELECT source_type, source_id, vo_asset_id FROM localized_texts
    WHERE 'localization' = ANY ($2) AND project_id = $1 AND vo_asset_id IS NOT NULL
        AND ($6::text[] IS NULL OR locale_code = ANY ($6))
),
used AS (
    SELECT avatar_asset_id AS id FROM sheet
    UNION ALL SELECT banner_asset_id FROM sheet
    UNION ALL SELECT background_asset_id FROM scene
    UNION ALL SELECT icon_asset_id FROM scene_pins WHERE scene_id = ANY (ARRAY (SELECT id FROM scene))
    -- An id in JSON is a number or text; what has more digits is none.
    UNION ALL SELECT CASE WHEN said ~ '^[0-9]{1,18}$' THEN said::bigint END FROM node
    UNION ALL SELECT CASE WHEN said_beside ~ '^[0-9]{1,18}$' THEN said_beside::bigint END FROM node
    UNION ALL SELECT vo_asset_id FROM spoken JOIN node ON node.id = source_id WHERE source_type = 'flow_node'
    UNION ALL SELECT vo_asset_id FROM spoken JOIN block ON block.id = source_id WHERE source_type = 'block'
    UNION ALL SELECT vo_asset_id FROM spoken JOIN sheet ON sheet.id = source_id WHERE source_type = 'sheet'
    UNION ALL SELECT vo_asset_id FROM spoken JOIN flow ON flow.id = source_id WHERE source_type = 'flow'
    UNION ALL SELECT vo_asset_id FROM spoken JOIN screenplay ON screenplay.id = source_id
        WHERE source_type = 'screenplay'
)
SELECT asset.id FROM assets AS asset
WHERE asset.project_id = $1 AND asset.id IN (SELECT used.id FROM used)
ORDER BY asset.id
