-- Notes on scenes.
INSERT INTO scene_annotations (
    id, scene_id, text, position_x, position_y, font_size, color, layer_id, position, locked
)
SELECT
    own.new_id, scene.new_id, row.text, row.position_x, row.position_y, row.font_size, row.color, layer.new_id,
    row.position, row.locked
FROM staged_scene_annotations AS row
JOIN ids AS own ON own.kind = 'annotation' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS scene ON scene.kind = 'scene' AND scene.ordinal = row.parent
LEFT JOIN ids AS layer ON layer.kind = 'layer' AND layer.old_id = row.layer_id
