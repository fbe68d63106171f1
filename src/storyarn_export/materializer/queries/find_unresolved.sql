-- References to what is not in the file; they are emptied.
INSERT INTO findings (code, ordinal, field, old_id)
SELECT 'unresolved' AS code, row.ordinal, 'parent_id', row.parent_id FROM staged_sheets AS row
WHERE row.parent_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'sheet' AND old_id = row.parent_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'avatar_asset_id', row.avatar_asset_id FROM staged_sheets AS row
WHERE row.avatar_asset_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'asset' AND old_id = row.avatar_asset_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'banner_asset_id', row.banner_asset_id FROM staged_sheets AS row
WHERE row.banner_asset_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'asset' AND old_id = row.banner_asset_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'inherited_from_block_id', row.inherited_from_block_id FROM staged_blocks AS row
WHERE row.inherited_from_block_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'block' AND old_id = row.inherited_from_block_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'parent_id', row.parent_id FROM staged_flows AS row
WHERE row.parent_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'flow' AND old_id = row.parent_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'scene_id', row.scene_id FROM staged_flows AS row
WHERE row.scene_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'scene' AND old_id = row.scene_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'parent_id', row.parent_id FROM staged_scenes AS row
WHERE row.parent_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'scene' AND old_id = row.parent_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'background_asset_id', row.background_asset_id FROM staged_scenes AS row
WHERE row.background_asset_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'asset' AND old_id = row.background_asset_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'layer_id', row.layer_id FROM staged_scene_pins AS row
WHERE row.layer_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'layer' AND old_id = row.layer_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'sheet_id', row.sheet_id FROM staged_scene_pins AS row
WHERE row.sheet_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'sheet' AND old_id = row.sheet_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'icon_asset_id', row.icon_asset_id FROM staged_scene_pins AS row
WHERE row.icon_asset_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'asset' AND old_id = row.icon_asset_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'layer_id', row.layer_id FROM staged_scene_zones AS row
WHERE row.layer_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'layer' AND old_id = row.layer_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'layer_id', row.layer_id FROM staged_scene_annotations AS row
WHERE row.layer_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'layer' AND old_id = row.layer_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'parent_id', row.parent_id FROM staged_screenplays AS row
WHERE row.parent_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'screenplay' AND old_id = row.parent_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'linked_flow_id', row.linked_flow_id FROM staged_screenplays AS row
WHERE row.linked_flow_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'flow' AND old_id = row.linked_flow_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'draft_of_id', row.draft_of_id FROM staged_screenplays AS row
WHERE row.draft_of_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'screenplay' AND old_id = row.draft_of_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'linked_node_id', row.linked_node_id FROM staged_screenplay_elements AS row
WHERE row.linked_node_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'node' AND old_id = row.linked_node_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'speaker_sheet_id', row.speaker_sheet_id FROM staged_localized_texts AS row
WHERE row.speaker_sheet_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'sheet' AND old_id = row.speaker_sheet_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'vo_asset_id', row.vo_asset_id FROM staged_localized_texts AS row
WHERE row.vo_asset_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'asset' AND old_id = row.vo_asset_id)
UNION ALL
SELECT 'unresolved', row.ordinal, 'target_id', row.target_id FROM staged_scene_pins AS row
WHERE row.target_type IN ('sheet', 'flow', 'scene') AND NOT EXISTS (
    SELECT FROM ids
    WHERE kind = row.target_type AND old_id = row.target_id AND kind IN ('sheet', 'flow', 'scene')
)
UNION ALL
SELECT 'unresolved', row.ordinal, 'target_id', row.target_id FROM staged_scene_zones AS row
WHERE row.target_type IN ('sheet', 'flow', 'scene') AND NOT EXISTS (
    SELECT FROM ids
    WHERE kind = row.target_type AND old_id = row.target_id AND kind IN ('sheet', 'flow', 'scene')
)
UNION ALL
SELECT 'unresolved', row.ordinal, 'hidden_inherited_block_ids[' || hidden.place - 1 || ']', hidden.old_id
FROM staged_sheets AS row, unnest(row.hidden_inherited_block_ids) WITH ORDINALITY AS hidden (old_id, place)
WHERE NOT EXISTS (SELECT FROM ids WHERE kind = 'block' AND old_id = hidden.old_id)
UNION ALL
SELECT 'unresolved', reference.ordinal, reference.path, reference.old_id FROM staged_references AS reference
WHERE reference.form <> 'type' AND NOT EXISTS (
    SELECT FROM ids
    WHERE kind = reference.target AND old_id = reference.old_id
        AND kind IN ('sheet', 'flow', 'scene', 'screenplay', 'asset')
)
UNION ALL
SELECT 'unresolved', row.ordinal, 'source_pin', row.source_pin FROM staged_flow_connections AS row
JOIN ids AS source ON source.kind = 'node' AND source.old_id = row.source_node_id AND source.parent = row.parent
JOIN staged_flow_nodes AS caller ON caller.ordinal = source.ordinal AND caller.type = 'subflow'
WHERE row.source_pin ~ '^exit_[0-9]+$'
    AND NOT EXISTS (SELECT FROM ids WHERE kind = 'node' AND old_id = substr(row.source_pin, 6))
