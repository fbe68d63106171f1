-- Flows; the first is the main one.
-- $1 project, $2 seed, $3 sentences, $4 scenes, $5 words of each kind
INSERT INTO flows (id, project_id, name, shortcut, description, parent_id, position, is_main, settings, scene_id)
SELECT flow.id, $1::bigint, initcap(adjective.en) || ' ' || initcap(noun.en),
    CASE WHEN flow.n % 60 < 59 THEN 'flow.' || adjective.en || '-' || flow.n END,
    CASE WHEN flow.n % 3 = 0 THEN sentence.en END, parent.id, flow.position, flow.n = 0,
    CASE WHEN flow.n % 4 = 0 THEN jsonb_build_object('zoom', 0.75, 'grid', true) ELSE '{}' END,
    CASE WHEN flow.n % 6 = 0 THEN scene.id END
FROM seed_flow AS flow
JOIN seed_word AS noun ON noun.kind = 'noun' AND noun.n = pg_temp.roll($2::bigint, flow.n, 'flow noun', $5::integer)
JOIN seed_word AS adjective
    ON adjective.kind = 'adjective' AND adjective.n = pg_temp.roll($2, flow.n, 'flow adjective', $5)
JOIN seed_sentence AS sentence ON sentence.n = pg_temp.roll($2, flow.n, 'flow', $3::integer)
LEFT JOIN seed_flow AS parent ON parent.n = flow.parent
LEFT JOIN seed_scene AS scene ON scene.n = flow.n % greatest($4::integer, 1)
ORDER BY flow.n
