-- Layers: the first of each scene is its default.
INSERT INTO scene_layers (id, scene_id, name, is_default, position, visible, fog_enabled, fog_opacity)
SELECT layer.id, scene.id, CASE layer.position WHEN 0 THEN 'Ground' ELSE 'Layer ' || layer.position + 1 END,
    layer.position = 0, layer.position, layer.n % 9 > 0, layer.n % 5 = 2, CASE WHEN layer.n % 5 = 2 THEN 0.6 ELSE 0.85 END
FROM seed_layer AS layer
JOIN seed_scene AS scene ON scene.n = layer.scene
ORDER BY layer.n
