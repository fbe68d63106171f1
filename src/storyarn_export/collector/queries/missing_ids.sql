-- Ids of an export's filters that name no live sheet, flow or scene of the project.
-- $1 project, $2 sheet ids, $3 flow ids, $4 scene ids (empty for none)
SELECT 'sheet_ids' AS option, id FROM unnest($2::bigint[]) AS id
WHERE id NOT IN (SELECT id FROM sheets WHERE project_id = $1 AND deleted_at IS NULL)
UNION ALL
SELECT 'flow_ids', id FROM unnest($3::bigint[]) AS id
WHERE id NOT IN (SELECT id FROM flows WHERE project_id = $1 AND deleted_at IS NULL)
UNION ALL
SELECT 'scene_ids', id FROM unnest($4::bigint[]) AS id
WHERE id NOT IN (SELECT id FROM scenes WHERE project_id = $1 AND deleted_at IS NULL)
ORDER BY option, id
