-- Scenes with the ids of their layers and pins, which are spread evenly.
-- $1 scenes, $2 layers, $3 pins
WITH scene AS (
    INSERT INTO seed_scene (n, id, parent, position)
    SELECT n, nextval('scenes_id_seq'), CASE WHEN n % 8 > 0 THEN n - n % 8 END, CASE n % 8 WHEN 0 THEN n / 8 ELSE n % 8 - 1 END
    FROM generate_series(0, $1::integer - 1) AS n
),
layer AS (
    INSERT INTO seed_layer (n, id, scene, position)
    SELECT n, nextval('scene_layers_id_seq'), n::bigint * $1 / $2, n - (n::bigint * $1 / $2 * $2 + $1 - 1) / $1
    FROM generate_series(0, $2::integer - 1) AS n
)
INSERT INTO seed_pin (n, id, scene, position, pins)
SELECT n, nextval('scene_pins_id_seq'), scene, n - min(n) OVER (PARTITION BY scene), count(*) OVER (PARTITION BY scene)
FROM (SELECT n, n::bigint * $1 / $3 AS scene FROM generate_series(0, $3::integer - 1) AS n) AS spread
