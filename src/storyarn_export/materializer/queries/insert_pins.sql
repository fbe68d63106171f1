-- Pins of scenes. Type and id of a target go together; the id of a URL is kept as it is.
INSERT INTO scene_pins (
    id, scene_id, layer_id, position_x, position_y, pin_type, icon, color, opacity, label, target_type, target_id,
    tooltip, size, position, locked, icon_asset_id, sheet_id, action_type, action_data, condition, condition_effect
)
SELECT
    own.new_id,
    scene.new_id,
    layer.new_id,
    row.position_x,
    row.position_y,
    row.pin_type,
    row.icon,
    row.color,
    row.opacity,
    row.label,
    CASE WHEN row.target_type = 'url' OR target.new_id IS NOT NULL THEN row.target_type END,
    CASE WHEN row.target_type = 'url' THEN row.target_id::bigint ELSE target.new_id END,
    row.tooltip,
    row.size,
    row.position,
    row.locked,
    icon.new_id,
    sheet.new_id,
    row.action_type,
    row.action_data::jsonb,
    row.condition::jsonb,
    row.condition_effect
FROM staged_scene_pins AS row
JOIN ids AS own ON own.kind = 'pin' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS scene ON scene.kind = 'scene' AND scene.ordinal = row.parent
LEFT JOIN ids AS layer ON layer.kind = 'layer' AND layer.old_id = row.layer_id
LEFT JOIN ids AS sheet ON sheet.kind = 'sheet' AND sheet.old_id = row.sheet_id
LEFT JOIN ids AS icon ON icon.kind = 'asset' AND icon.old_id = row.icon_asset_id
LEFT JOIN ids AS target
    ON target.kind = row.target_type AND target.old_id = row.target_id AND target.kind IN ('sheet', 'flow', 'scene')
