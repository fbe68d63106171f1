-- Zones of scenes. Type and id of a target go together.
INSERT INTO scene_zones (
    id, scene_id, name, layer_id, vertices, fill_color, border_color, border_width, border_style, opacity,
    target_type, target_id, tooltip, position, locked, action_type, action_data, condition, condition_effect
)
SELECT
    own.new_id,
    scene.new_id,
    row.name,
    layer.new_id,
    row.vertices::jsonb,
    row.fill_color,
    row.border_color,
    row.border_width,
    row.border_style,
    row.opacity,
    CASE WHEN target.new_id IS NOT NULL THEN row.target_type END,
    target.new_id,
    row.tooltip,
    row.position,
    row.locked,
    row.action_type,
    row.action_data::jsonb,
    row.condition::jsonb,
    row.condition_effect
FROM staged_scene_zones AS row
JOIN ids AS own ON own.kind = 'zone' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS scene ON scene.kind = 'scene' AND scene.ordinal = row.parent
LEFT JOIN ids AS layer ON layer.kind = 'layer' AND layer.old_id = row.layer_id
LEFT JOIN ids AS target
    ON target.kind = row.target_type AND target.old_id = row.target_id AND target.kind IN ('sheet', 'flow', 'scene')
