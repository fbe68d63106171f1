-- Pins: characters stand for a sheet, the others lead to sheets, flows and scenes.
-- $1 seed, $2 sheets, $3 flows, $4 scenes, $5 assets, $6 conditions, $7 effects
INSERT INTO scene_pins (
    id, scene_id, layer_id, position_x, position_y, pin_type, icon, color, opacity, label, target_type, target_id, tooltip,
    size, position, locked, condition, condition_effect, action_type, action_data, sheet_id, icon_asset_id
)
SELECT pin.id, scene.id, CASE WHEN dice % 10 > 0 THEN layer.id END, dice % 1001 / 10.0, dice / 7 % 1001 / 10.0,
    kind.name, CASE WHEN dice % 4 = 0 THEN 'map-pin' END, CASE WHEN dice % 3 = 0 THEN '#38bdf8' END,
    1 - dice % 4 * 0.1, sheet.name, target.type, target.id, CASE WHEN dice % 5 = 0 THEN 'About ' || sheet.name END,
    (ARRAY['sm', 'md', 'lg'])[dice % 3 + 1], pin.position, dice % 20 = 0, CASE WHEN dice % 6 = 0 THEN condition.body END,
    CASE WHEN dice % 12 = 0 THEN 'disable' ELSE 'hide' END,
    CASE WHEN act.data IS NULL THEN 'none' WHEN act.data ? 'variable_ref' THEN 'display' ELSE 'instruction' END,
    coalesce(act.data, '{}'), CASE kind.name WHEN 'character' THEN sheet.id END,
    CASE WHEN dice % 9 = 0 AND icon.kind = 'image' THEN icon.id END
FROM seed_pin AS pin
CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, pin.n, 'pin', 1000000) AS dice) AS thrown
CROSS JOIN LATERAL (SELECT (ARRAY['location', 'character', 'event', 'custom'])[dice % 4 + 1] AS name) AS kind
JOIN seed_scene AS scene ON scene.n = pin.scene
JOIN seed_sheet AS sheet ON sheet.n = dice % $2::integer
LEFT JOIN seed_flow AS flow ON flow.n = dice % greatest($3::integer, 1)
LEFT JOIN seed_scene AS other ON other.n = dice % $4::integer
LEFT JOIN seed_asset AS icon ON icon.n = dice % greatest($5::integer, 1)
LEFT JOIN seed_condition AS condition ON condition.n = dice % $6::integer
LEFT JOIN seed_effects AS effects ON effects.n = dice % $7::integer
LEFT JOIN LATERAL (
    SELECT id FROM seed_layer WHERE seed_layer.scene = pin.scene ORDER BY (seed_layer.n + pin.n) % 3, seed_layer.n LIMIT 1
) AS layer ON true
CROSS JOIN LATERAL (SELECT CASE dice % 5
    WHEN 0 THEN NULL WHEN 1 THEN 'sheet' WHEN 2 THEN 'flow' WHEN 3 THEN 'scene' ELSE 'sheet'
END AS type) AS aim
CROSS JOIN LATERAL (
    SELECT aim.type, CASE aim.type WHEN 'sheet' THEN sheet.id WHEN 'flow' THEN flow.id WHEN 'scene' THEN other.id END AS id
) AS target
CROSS JOIN LATERAL (SELECT CASE
    WHEN dice % 7 = 1 AND effects.body IS NOT NULL THEN jsonb_build_object('assignments', effects.body)
    WHEN dice % 7 = 2 AND effects.body IS NOT NULL THEN jsonb_build_object(
        'variable_ref', (effects.body -> 0 ->> 'sheet') || '.' || (effects.body -> 0 ->> 'variable')
    )
END AS data) AS act
ORDER BY pin.n
