-- Annotations on scenes.
-- $1 seed, $2 annotations, $3 scenes, $4 sentences
INSERT INTO scene_annotations (scene_id, text, position_x, position_y, font_size, color, layer_id, position, locked)
SELECT scene.id, sentence.en, note.n % 101, note.n * 7 % 101, (ARRAY['sm', 'md', 'lg'])[note.n % 3 + 1],
    CASE WHEN note.n % 2 = 0 THEN '#f8fafc' END, CASE WHEN note.n % 3 = 0 THEN layer.id END,
    note.n - min(note.n) OVER (PARTITION BY note.scene), note.n % 11 = 0
FROM (SELECT n, n::bigint * $3::integer / $2::integer AS scene FROM generate_series(0, $2 - 1) AS n) AS note
JOIN seed_scene AS scene ON scene.n = note.scene
JOIN seed_sentence AS sentence ON sentence.n = pg_temp.roll($1::bigint, note.n, 'annotation', $4::integer)
LEFT JOIN seed_layer AS layer ON layer.scene = note.scene AND layer.position = 0
ORDER BY note.n
