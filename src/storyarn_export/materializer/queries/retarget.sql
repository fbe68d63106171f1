-- Columns of the rest of the project that name a replaced row name the new one. What lies in the trash is left alone.
-- Statements in turn.
-- $1 project
UPDATE sheets SET parent_id = replaced.new_id
FROM replaced
WHERE sheets.project_id = $1 AND sheets.deleted_at IS NULL
    AND replaced.kind = 'sheet' AND sheets.parent_id = replaced.old_id;

UPDATE flows SET parent_id = replaced.new_id
FROM replaced
WHERE flows.project_id = $1 AND flows.deleted_at IS NULL
    AND replaced.kind = 'flow' AND flows.parent_id = replaced.old_id;

UPDATE scenes SET parent_id = replaced.new_id
FROM replaced
WHERE scenes.project_id = $1 AND scenes.deleted_at IS NULL
    AND replaced.kind = 'scene' AND scenes.parent_id = replaced.old_id;

UPDATE screenplays SET parent_id = replaced.new_id
FROM replaced
WHERE screenplays.project_id = $1 AND screenplays.deleted_at IS NULL
    AND replaced.kind = 'screenplay' AND screenplays.parent_id = replaced.old_id;

UPDATE flows SET scene_id = replaced.new_id
FROM replaced
WHERE flows.project_id = $1 AND flows.deleted_at IS NULL
    AND replaced.kind = 'scene' AND flows.scene_id = replaced.old_id;

UPDATE screenplays SET draft_of_id = replaced.new_id
FROM replaced
WHERE screenplays.project_id = $1 AND screenplays.deleted_at IS NULL
    AND replaced.kind = 'screenplay' AND screenplays.draft_of_id = replaced.old_id;

-- A flow that the file's screenplay is linked to stays with it.
UPDATE screenplays SET linked_flow_id = CASE WHEN holder.id IS NULL THEN replaced.new_id END
FROM replaced
LEFT JOIN screenplays AS holder ON holder.linked_flow_id = replaced.new_id AND holder.deleted_at IS NULL
WHERE screenplays.project_id = $1 AND screenplays.deleted_at IS NULL
    AND replaced.kind = 'flow' AND screenplays.linked_flow_id = replaced.old_id;

UPDATE scene_pins SET sheet_id = replaced.new_id
FROM scenes AS scene, replaced
WHERE scene.project_id = $1 AND scene.deleted_at IS NULL AND scene_pins.scene_id = scene.id
    AND replaced.kind = 'sheet' AND scene_pins.sheet_id = replaced.old_id;

UPDATE scene_pins SET target_id = replaced.new_id
FROM scenes AS scene, replaced
WHERE scene.project_id = $1 AND scene.deleted_at IS NULL AND scene_pins.scene_id = scene.id
    AND replaced.kind = scene_pins.target_type AND scene_pins.target_id = replaced.old_id;

UPDATE scene_zones SET target_id = replaced.new_id
FROM scenes AS scene, replaced
WHERE scene.project_id = $1 AND scene.deleted_at IS NULL AND scene_zones.scene_id = scene.id
    AND replaced.kind = scene_zones.target_type AND scene_zones.target_id = replaced.old_id;

UPDATE blocks SET inherited_from_block_id = replaced.new_id
FROM sheets AS sheet, replaced
WHERE sheet.project_id = $1 AND sheet.deleted_at IS NULL AND blocks.sheet_id = sheet.id
    AND replaced.kind = 'block' AND blocks.inherited_from_block_id = replaced.old_id;

UPDATE sheets SET hidden_inherited_block_ids = ARRAY(
    SELECT coalesce(block.new_id, hidden.block_id)
    FROM unnest(sheets.hidden_inherited_block_ids) WITH ORDINALITY AS hidden (block_id, place)
    LEFT JOIN replaced AS block ON block.kind = 'block' AND block.old_id = hidden.block_id
    ORDER BY hidden.place
)
WHERE sheets.project_id = $1 AND sheets.deleted_at IS NULL AND EXISTS (
    SELECT FROM unnest(sheets.hidden_inherited_block_ids) AS hidden (block_id)
    JOIN replaced AS block ON block.kind = 'block' AND block.old_id = hidden.block_id
);

UPDATE screenplay_elements SET linked_node_id = replaced.new_id
FROM screenplays AS screenplay, replaced
WHERE screenplay.project_id = $1 AND screenplay.deleted_at IS NULL
    AND screenplay_elements.screenplay_id = screenplay.id
    AND replaced.kind = 'node' AND screenplay_elements.linked_node_id = replaced.old_id;

UPDATE flow_connections SET source_pin = 'exit_' || replaced.new_id
FROM flows AS flow, flow_nodes AS caller, replaced
WHERE flow.project_id = $1 AND flow.deleted_at IS NULL AND flow_connections.flow_id = flow.id
    AND caller.id = flow_connections.source_node_id AND caller.type = 'subflow'
    AND replaced.kind = 'node' AND flow_connections.source_pin = 'exit_' || replaced.old_id;

UPDATE localized_texts SET speaker_sheet_id = replaced.new_id
FROM replaced
WHERE localized_texts.project_id = $1
    AND replaced.kind = 'sheet' AND localized_texts.speaker_sheet_id = replaced.old_id
