-- Scenes.
-- $1 project, $2 seed, $3 sentences, $4 assets, $5 words of each kind
INSERT INTO scenes (
    id, project_id, name, shortcut, description, parent_id, position, width, height, default_zoom, default_center_x,
    default_center_y, scale_unit, scale_value, background_asset_id
)
SELECT scene.id, $1::bigint, initcap(noun.en) || ' ' || initcap(adjective.en), 'map.' || noun.en || '-' || scene.n,
    CASE WHEN scene.n % 2 = 0 THEN sentence.en END, parent.id, scene.position, 1024 + scene.n % 7 * 256, 768,
    1 + scene.n % 4 * 0.25, 50, 37.5 + scene.n % 5, CASE WHEN scene.n % 3 = 0 THEN 'km' END,
    CASE WHEN scene.n % 3 = 0 THEN 0.5 * (1 + scene.n % 9) END, CASE background.kind WHEN 'image' THEN background.id END
FROM seed_scene AS scene
JOIN seed_word AS noun ON noun.kind = 'noun' AND noun.n = pg_temp.roll($2::bigint, scene.n, 'scene noun', $5::integer)
JOIN seed_word AS adjective
    ON adjective.kind = 'adjective' AND adjective.n = pg_temp.roll($2, scene.n, 'scene adjective', $5)
JOIN seed_sentence AS sentence ON sentence.n = pg_temp.roll($2, scene.n, 'scene', $3::integer)
LEFT JOIN seed_scene AS parent ON parent.n = scene.parent
LEFT JOIN seed_asset AS background ON background.n = pg_temp.roll($2, scene.n, 'background', greatest($4::integer, 1))
ORDER BY scene.n
