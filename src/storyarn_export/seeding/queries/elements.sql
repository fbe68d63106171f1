-- Screenplay elements: every second one stands for a node of the linked flow and has its type, the others are between.
-- $1 seed, $2 sheets, $3 screenplays, $4 sentences, $5 conditions, $6 effects
INSERT INTO screenplay_elements (screenplay_id, type, position, content, data, depth, branch, linked_node_id)
SELECT script.id, kind.type, place,
    CASE kind.type
        WHEN 'character' THEN upper(sheet.name)
        WHEN 'scene_heading' THEN 'EXT. ' || upper(sheet.name) || ' - DAY'
        WHEN 'transition' THEN 'CUT TO:'
        WHEN 'parenthetical' THEN '(quietly)'
        WHEN 'page_break' THEN ''
        WHEN 'dialogue' THEN coalesce(line.en, sentence.en)
        ELSE sentence.en
    END,
    CASE kind.type
        WHEN 'character' THEN jsonb_build_object('sheet_id', sheet.id)
        WHEN 'conditional' THEN jsonb_build_object('condition', condition.body)
        WHEN 'instruction' THEN jsonb_build_object('assignments', coalesce(effects.body, '[]'))
        WHEN 'response' THEN jsonb_build_object('choices', jsonb_build_array(jsonb_build_object(
            'id', 'choice_' || place, 'text', sentence.en, 'condition', condition.body, 'instruction', NULL,
            'linked_screenplay_id', CASE WHEN dice % 3 = 0 THEN other.id END
        )))
        WHEN 'dual_dialogue' THEN jsonb_build_object(
            'left', jsonb_build_object('character', sheet.name, 'dialogue', sentence.en),
            'right', jsonb_build_object('character', 'All', 'dialogue', sentence.en)
        )
        ELSE '{}'
    END,
    CASE WHEN dice % 6 = 0 THEN 1 ELSE 0 END, CASE dice % 12 WHEN 0 THEN 'true' WHEN 6 THEN 'false' END, node.id
FROM seed_screenplay AS script
CROSS JOIN LATERAL generate_series(0, script.elements - 1) AS place
CROSS JOIN LATERAL (
    SELECT pg_temp.roll($1::bigint, script.n * 4096::bigint + place, 'element', 1000000) AS dice
) AS thrown
LEFT JOIN seed_flow AS flow ON flow.n = script.flow AND place % 2 = 1 AND place / 2 < flow.nodes
LEFT JOIN seed_node AS node ON node.n = flow.first_node + place / 2
LEFT JOIN seed_line AS line ON line.node = node.n AND line.part = 0
JOIN seed_sheet AS sheet ON sheet.n = dice % $2::integer
JOIN seed_screenplay AS other ON other.n = dice % $3::integer
JOIN seed_sentence AS sentence ON sentence.n = dice % $4::integer
LEFT JOIN seed_condition AS condition ON condition.n = dice % $5::integer
LEFT JOIN seed_effects AS effects ON effects.n = dice % $6::integer
CROSS JOIN LATERAL (SELECT CASE node.type
    WHEN 'entry' THEN 'scene_heading'
    WHEN 'scene' THEN 'scene_heading'
    WHEN 'dialogue' THEN 'dialogue'
    WHEN 'condition' THEN 'conditional'
    WHEN 'instruction' THEN 'instruction'
    WHEN 'hub' THEN 'hub_marker'
    WHEN 'jump' THEN 'jump_marker'
    WHEN 'exit' THEN 'transition'
    WHEN 'subflow' THEN 'section'
    ELSE CASE WHEN place = 0 THEN 'title_page' ELSE (ARRAY[
        'character', 'action', 'character', 'parenthetical', 'action', 'response', 'note', 'dual_dialogue', 'page_break'
    ])[dice / 16 % 9 + 1] END
END AS type) AS kind
ORDER BY script.n, place
