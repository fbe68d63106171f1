-- Scenes with everything drawn on them, in document order.
-- $1 project, $2 scene ids or NULL for all,
-- $3 root to go on in or NULL for the start, $4 path of the last row that is not wanted
SELECT entity.tag, entity.body
FROM (
    SELECT * FROM scenes
    WHERE project_id = $1 AND deleted_at IS NULL AND ($2::bigint[] IS NULL OR id = ANY ($2))
        AND ($3::bigint IS NULL OR (position, id) >= (SELECT position, id FROM scenes WHERE id = $3))
    ORDER BY position, id
) AS root
CROSS JOIN LATERAL (
    SELECT 0 AS part, 0 AS position, 0::bigint AS id, 'scene' AS tag,
        (SELECT row_to_json(shown) FROM (SELECT
            root.id::text AS id, root.shortcut, root.name, root.description, root.parent_id::text AS parent_id,
            root.position, root.background_asset_id::text AS background_asset_id, root.width, root.height,
            story_number(root.default_zoom) AS default_zoom,
            story_number(root.default_center_x) AS default_center_x,
            story_number(root.default_center_y) AS default_center_y, root.scale_unit,
            story_number(root.scale_value) AS scale_value
        ) AS shown) AS body
    UNION ALL
    SELECT 1, layer.position, layer.id, 'layer',
        (SELECT row_to_json(shown) FROM (SELECT
            layer.id::text AS id, layer.name, layer.is_default, layer.position, layer.visible, layer.fog_enabled,
            layer.fog_color, story_number(layer.fog_opacity) AS fog_opacity
        ) AS shown)
    FROM scene_layers AS layer WHERE layer.scene_id = root.id
    UNION ALL
    SELECT 2, pin.position, pin.id, 'pin',
        (SELECT row_to_json(shown) FROM (SELECT
            pin.id::text AS id, pin.layer_id::text AS layer_id, story_number(pin.position_x) AS position_x,
            story_number(pin.position_y) AS position_y, pin.pin_type, pin.icon, pin.color,
            story_number(pin.opacity) AS opacity, pin.label, pin.target_type, pin.target_id::text AS target_id,
            pin.tooltip, pin.size, pin.position, pin.locked, pin.icon_asset_id::text AS icon_asset_id,
            pin.sheet_id::text AS sheet_id, pin.action_type, pin.action_data, pin.condition, pin.condition_effect
        ) AS shown)
    FROM scene_pins AS pin WHERE pin.scene_id = root.id
    UNION ALL
    SELECT 3, zone.position, zone.id, 'zone',
        (SELECT row_to_json(shown) FROM (SELECT
            zone.id::text AS id, zone.name, zone.layer_id::text AS layer_id, zone.vertices, zone.fill_color,
            zone.border_color, zone.border_width, zone.border_style, story_number(zone.opacity) AS opacity,
            zone.target_type, zone.target_id::text AS target_id, zone.tooltip, zone.position, zone.locked,
            zone.action_type, zone.action_data, zone.condition, zone.condition_effect
        ) AS shown)
    FROM scene_zones AS zone WHERE zone.scene_id = root.id
    UNION ALL
    SELECT 4, 0, line.id, 'scene_connection',
        (SELECT row_to_json(shown) FROM (SELECT
            line.id::text AS id, line.from_pin_id::text AS from_pin_id, line.to_pin_id::text AS to_pin_id,
            line.line_style, line.line_width, line.color, line.label, line.show_label, line.bidirectional,
            line.waypoints
        ) AS shown)
    FROM scene_connections AS line WHERE line.scene_id = root.id
    UNION ALL
    SELECT 5, note.position, note.id, 'annotation',
        (SELECT row_to_json(shown) FROM (SELECT
            note.id::text AS id, note.text, story_number(note.position_x) AS position_x,
            story_number(note.position_y) AS position_y, note.font_size, note.color,
            note.layer_id::text AS layer_id, note.position, note.locked
        ) AS shown)
    FROM scene_annotations AS note WHERE note.scene_id = root.id
    ORDER BY part, position, id
) AS entity
WHERE $3::bigint IS NULL OR root.id <> $3 OR ARRAY[entity.part, entity.position, entity.id] > $4::bigint[]
ORDER BY root.position, root.id
