-- Lines between two different pins.
INSERT INTO scene_connections (
    id, scene_id, from_pin_id, to_pin_id, line_style, line_width, color, label, show_label, bidirectional, waypoints
)
SELECT
    own.new_id, scene.new_id, source.new_id, target.new_id, row.line_style, row.line_width, row.color, row.label,
    row.show_label, row.bidirectional, row.waypoints::jsonb
FROM staged_scene_connections AS row
JOIN ids AS own ON own.kind = 'scene_connection' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS scene ON scene.kind = 'scene' AND scene.ordinal = row.parent
JOIN ids AS source ON source.kind = 'pin' AND source.old_id = row.from_pin_id
JOIN ids AS target ON target.kind = 'pin' AND target.old_id = row.to_pin_id
WHERE source.new_id <> target.new_id
