-- Lines between two pins of a scene; a scene has at least two.
-- $1 seed, $2 lines, $3 scenes
INSERT INTO scene_connections (
    scene_id, from_pin_id, to_pin_id, line_style, line_width, color, label, show_label, bidirectional, waypoints
)
SELECT scene.id, origin.id, goal.id, (ARRAY['solid', 'dashed', 'dotted'])[dice % 3 + 1], 1 + dice % 3,
    CASE WHEN dice % 3 = 0 THEN '#94a3b8' END, CASE WHEN dice % 4 = 0 THEN 'Way ' || line.n END, dice % 7 > 0, dice % 5 > 0,
    CASE WHEN dice % 4 = 1 THEN '[{"x": 12.5, "y": 40}, {"x": 30, "y": 41.5}]' ELSE '[]' END::jsonb
FROM (SELECT n, n::bigint * $3::integer / $2::integer AS scene FROM generate_series(0, $2 - 1) AS n) AS line
CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, line.n, 'line', 1000000) AS dice) AS thrown
JOIN seed_scene AS scene ON scene.n = line.scene
JOIN seed_pin AS origin ON origin.scene = line.scene AND origin.position = dice % origin.pins
JOIN seed_pin AS goal
    ON goal.scene = line.scene AND goal.position = (dice + 1 + dice / 64 % (goal.pins - 1)) % goal.pins
ORDER BY line.n
