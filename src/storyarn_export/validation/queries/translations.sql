-- For each language into which texts are translated: how many of the texts of which the owner is in the file are translated,
-- which is past pending and draft; and how many texts there are, in whatever language.
-- $1 project, $2 locale codes or NULL for all, $3 whether sheets are in the file, $4 sheet ids or NULL for all, $5 whether
-- flows are, $6 flow ids or NULL for all, $7 whether screenplays are, $8 whether a census has shown that the owners of all
-- texts are in the file
-- The texts are gone over twice, along an index that has what is wanted: to keep them in between takes three times as long.
WITH
line AS NOT MATERIALIZED (
    SELECT line.source_type, line.source_id, line.source_field, line.locale_code, line.status
    FROM localized_texts AS line
    WHERE line.project_id = $1 AND ($8::boolean OR CASE line.source_type
        WHEN 'flow_node' THEN $5::boolean AND line.source_id IN (
            SELECT node.id FROM flow_nodes AS node JOIN flows AS root ON root.id = node.flow_id
            WHERE node.deleted_at IS NULL AND root.project_id = $1 AND root.deleted_at IS NULL
                AND ($6::bigint[] IS NULL OR root.id = ANY ($6))
        )
        WHEN 'block' THEN $3::boolean AND line.source_id IN (
            SELECT block.id FROM blocks AS block JOIN sheets AS root ON root.id = block.sheet_id
            WHERE block.deleted_at IS NULL AND root.project_id = $1 AND root.deleted_at IS NULL
                AND ($4::bigint[] IS NULL OR root.id = ANY ($4))
        )
        WHEN 'sheet' THEN $3::boolean AND line.source_id IN (
            SELECT id FROM sheets
            WHERE project_id = $1 AND deleted_at IS NULL AND ($4::bigint[] IS NULL OR id = ANY ($4))
        )
        WHEN 'flow' THEN $5::boolean AND line.source_id IN (
            SELECT id FROM flows
            WHERE project_id = $1 AND deleted_at IS NULL AND ($6::bigint[] IS NULL OR id = ANY ($6))
        )
        ELSE $7::boolean AND line.source_id IN (
            SELECT id FROM screenplays WHERE project_id = $1 AND deleted_at IS NULL
        )
    END)
),
every AS (SELECT count(*) AS texts FROM (SELECT DISTINCT source_type, source_id, source_field FROM line) AS one),
done AS (
    SELECT locale_code, count(*) AS texts FROM line WHERE status NOT IN ('pending', 'draft') GROUP BY locale_code
)
SELECT language.locale_code, language.name, coalesce(done.texts, 0) AS translated, every.texts
FROM project_languages AS language
CROSS JOIN every
LEFT JOIN done ON done.locale_code = language.locale_code
WHERE language.project_id = $1 AND NOT language.is_source AND ($2::text[] IS NULL OR language.locale_code = ANY ($2))
ORDER BY language.position, language.locale_code
