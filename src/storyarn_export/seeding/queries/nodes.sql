-- Nodes with their data.
-- $1 seed, $2 sheets, $3 assets, $4 scenes, $5 sentences, $6 conditions, $7 effects, $8 rules
INSERT INTO flow_nodes (id, flow_id, type, position_x, position_y, source, data)
SELECT node.id, flow.id, node.type, node.idx * 220 + dice % 40 / 4.0, dice / 64 % 600 - 300,
    CASE WHEN dice % 50 = 0 THEN 'screenplay_sync' ELSE 'manual' END,
    CASE node.type
        WHEN 'dialogue' THEN jsonb_build_object(
            'speaker_sheet_id', CASE
                WHEN dice % 40 = 0 THEN to_jsonb(sheet.id::text) WHEN dice % 10 > 0 THEN to_jsonb(sheet.id)
            END,
            'text', line.en,
            'stage_directions', CASE WHEN dice % 7 = 0 THEN remark.en ELSE '' END,
            'menu_text', CASE WHEN dice % 9 = 0 THEN remark.en ELSE '' END,
            'audio_asset_id', CASE WHEN dice % 20 = 0 AND asset.kind = 'audio' THEN asset.id END,
            'technical_id', CASE WHEN dice % 12 = 0 THEN 'line_' || node.n ELSE '' END,
            'localization_id', 'dlg_' || substr(md5($1 || '/' || node.n), 1, 12),
            'responses', coalesce(responses.body, '[]')
        )
        WHEN 'condition' THEN jsonb_build_object('switch_mode', node.cases > 0, 'condition', CASE node.cases
            WHEN 0 THEN coalesce(condition.body, '{"logic": "all", "rules": []}')
            ELSE jsonb_build_object('logic', 'all', 'blocks', (
                SELECT jsonb_agg(jsonb_build_object(
                    'id', format('case_%s_%s', node.idx, turn), 'type', 'block', 'logic', 'all', 'label', 'Case ' || turn,
                    'rules', (
                        SELECT coalesce(jsonb_agg(rule.body), '[]') FROM seed_rule AS rule
                        WHERE rule.n = (dice + turn) % $8::integer
                    )
                ) ORDER BY turn)
                FROM generate_series(1, node.cases) AS turn
            ))
        END)
        WHEN 'instruction' THEN jsonb_build_object(
            'assignments', coalesce(effects.body, '[]'),
            'description', CASE WHEN dice % 5 = 0 THEN remark.en ELSE '' END
        )
        WHEN 'hub' THEN jsonb_build_object('hub_id', 'hub_' || node.hub, 'label', remark.en, 'color', '#8b5cf6')
        WHEN 'jump' THEN jsonb_build_object('target_hub_id', 'hub_' || 1 + dice % greatest(node.hubs, 1))
        WHEN 'subflow' THEN jsonb_build_object(
            'referenced_flow_id', CASE WHEN dice % 30 = 0 THEN to_jsonb(called.id::text) ELSE to_jsonb(called.id) END
        )
        WHEN 'exit' THEN jsonb_build_object(
            'label', CASE WHEN dice % 3 = 0 THEN remark.en ELSE '' END, 'technical_id', '',
            'outcome_tags', CASE WHEN dice % 6 = 0 THEN '["ending", "good"]'::jsonb ELSE '[]' END,
            'outcome_color', '#22c55e',
            'exit_mode', CASE WHEN dice % 8 = 0 AND node.flow > 0 THEN 'flow_reference'
                WHEN dice % 8 < 3 THEN 'caller_return' ELSE 'terminal' END,
            'referenced_flow_id', CASE WHEN dice % 8 = 0 AND node.flow > 0 THEN main.id END,
            'target_type', CASE WHEN dice % 8 = 4 AND scene.id IS NOT NULL THEN 'scene' END,
            'target_id', CASE WHEN dice % 8 = 4 THEN scene.id END
        )
        WHEN 'scene' THEN jsonb_build_object(
            'location_sheet_id', CASE WHEN dice % 4 > 0 THEN sheet.id END,
            'int_ext', (ARRAY['int', 'ext', 'int_ext'])[dice % 3 + 1], 'sub_location', '',
            'time_of_day', (ARRAY['dawn', 'day', 'dusk', 'night'])[dice % 4 + 1], 'description', remark.en,
            'technical_id', ''
        )
        ELSE '{}'
    END
FROM seed_node AS node
CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, node.n, 'data', 1000000) AS dice) AS thrown
JOIN seed_flow AS flow ON flow.n = node.flow
JOIN seed_flow AS main ON main.n = 0
JOIN seed_sentence AS remark ON remark.n = dice % $5::integer
JOIN seed_sheet AS sheet ON sheet.n = dice % $2::integer
LEFT JOIN seed_flow AS called ON called.n = node.called_flow
LEFT JOIN seed_line AS line ON line.node = node.n AND line.part = 0
LEFT JOIN seed_responses AS responses ON responses.node = node.n
LEFT JOIN seed_asset AS asset ON asset.n = dice % greatest($3::integer, 1)
LEFT JOIN seed_scene AS scene ON scene.n = dice % greatest($4::integer, 1)
LEFT JOIN seed_condition AS condition ON condition.n = dice % $6::integer
LEFT JOIN seed_effects AS effects ON effects.n = dice % $7::integer
ORDER BY node.n
