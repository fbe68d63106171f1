-- Layers of scenes.
INSERT INTO scene_layers (
    id, scene_id, name, is_default, position, visible, fog_enabled, fog_color, fog_opacity
)
SELECT
    own.new_id, scene.new_id, row.name, row.is_default, row.position, row.visible, row.fog_enabled, row.fog_color,
    row.fog_opacity
FROM staged_scene_layers AS row
JOIN ids AS own ON own.kind = 'layer' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS scene ON scene.kind = 'scene' AND scene.ordinal = row.parent
