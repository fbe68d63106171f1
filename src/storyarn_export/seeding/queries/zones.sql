-- Zones: polygons of three to six corners.
-- $1 seed, $2 zones, $3 scenes, $4 flows, $5 words of each kind, $6 conditions, $7 effects
INSERT INTO scene_zones (
    scene_id, name, layer_id, vertices, fill_color, border_color, border_width, border_style, opacity, target_type, target_id,
    tooltip, position, locked, action_type, action_data, condition, condition_effect
)
SELECT scene.id, initcap(noun.en) || ' ' || initcap(whereabouts.en), layer.id,
    (
        SELECT jsonb_agg(jsonb_build_object(
            'x', round((50 + 45 * cosd(360.0 * corner / corners))::numeric, 1),
            'y', round((50 + (20 + dice % 25) * sind(360.0 * corner / corners))::numeric, 1)
        ) ORDER BY corner)
        FROM generate_series(0, corners - 1) AS corner
    ),
    '#22c55e', CASE WHEN dice % 2 = 0 THEN '#14532d' END, dice % 4, (ARRAY['solid', 'dashed', 'dotted'])[dice % 3 + 1], 0.3,
    CASE WHEN dice % 3 > 0 AND flow.id IS NOT NULL THEN 'flow' END, CASE WHEN dice % 3 > 0 THEN flow.id END,
    CASE WHEN dice % 4 = 0 THEN whereabouts.en END, zone.n - min(zone.n) OVER (PARTITION BY zone.scene), dice % 15 = 0,
    CASE WHEN dice % 8 = 1 AND effects.body IS NOT NULL THEN 'instruction' ELSE 'none' END,
    CASE
        WHEN dice % 8 = 1 AND effects.body IS NOT NULL THEN jsonb_build_object('assignments', effects.body) ELSE '{}'
    END,
    CASE WHEN dice % 6 = 0 THEN condition.body END, 'hide'
FROM (SELECT n, n::bigint * $3::integer / $2::integer AS scene FROM generate_series(0, $2 - 1) AS n) AS zone
CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, zone.n, 'zone', 1000000) AS dice) AS thrown
CROSS JOIN LATERAL (SELECT 3 + dice % 4 AS corners) AS shape
JOIN seed_scene AS scene ON scene.n = zone.scene
JOIN seed_word AS noun ON noun.kind = 'noun' AND noun.n = dice % $5::integer
JOIN seed_word AS whereabouts ON whereabouts.kind = 'whereabouts' AND whereabouts.n = dice / 32 % $5
LEFT JOIN seed_layer AS layer ON layer.scene = zone.scene AND layer.position = 0
LEFT JOIN seed_flow AS flow ON flow.n = dice % greatest($4::integer, 1)
LEFT JOIN seed_condition AS condition ON condition.n = dice % $6::integer
LEFT JOIN seed_effects AS effects ON effects.n = dice % $7::integer
ORDER BY zone.n
