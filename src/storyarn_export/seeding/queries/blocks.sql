-- Blocks. An inherited one has the label of its source and, in most cases, a value of its own.
-- $1 seed, $2 sentences, $3 sheets, $4 flows, $5 words of each kind
INSERT INTO blocks (
    id, sheet_id, type, position, config, value, is_constant, variable_name, scope, required, detached,
    inherited_from_block_id, column_group_id, column_index
)
SELECT block.id, sheet.id, block.type, block.position,
    jsonb_build_object('label', initcap(split_part(coalesce(block.variable, label.en), '_', 1)))
    || CASE block.type
        WHEN 'text' THEN jsonb_build_object('placeholder', '')
        WHEN 'number' THEN jsonb_build_object(
            'min', CASE dice % 3 WHEN 0 THEN to_jsonb(0) WHEN 1 THEN to_jsonb(''::text) END,
            'max', CASE dice % 4 WHEN 0 THEN to_jsonb(100) WHEN 1 THEN to_jsonb('100'::text) END,
            'step', NULL, 'placeholder', '0'
        )
        WHEN 'select' THEN jsonb_build_object('placeholder', 'Choose…', 'options', choices.options)
        WHEN 'multi_select' THEN jsonb_build_object(
            'placeholder', 'Choose…', 'options', choices.options, 'max_options', 3
        )
        WHEN 'boolean' THEN jsonb_build_object(
            'mode', CASE WHEN block.position = 2 OR dice % 5 = 0 THEN 'tri_state' ELSE 'two_state' END
        )
        WHEN 'date' THEN '{"min_date": "1850-01-01"}'
        WHEN 'reference' THEN '{"allowed_types": ["sheet", "flow"]}'
        WHEN 'table' THEN '{"collapsed": false}'
        ELSE '{}'
    END,
    CASE block.type
        WHEN 'table' THEN '{}'
        WHEN 'reference' THEN CASE
            WHEN dice % 5 = 0 THEN '{"target_type": null, "target_id": null}'
            WHEN dice % 5 = 1 AND called.id IS NOT NULL
                THEN jsonb_build_object('target_type', 'flow', 'target_id', called.id)
            WHEN dice % 5 = 2 THEN jsonb_build_object('target_type', 'sheet', 'target_id', other.id::text)
            ELSE jsonb_build_object('target_type', 'sheet', 'target_id', other.id)
        END
        ELSE jsonb_build_object('content', CASE block.type
            WHEN 'text' THEN to_jsonb(sentence.en)
            WHEN 'rich_text' THEN to_jsonb(
                '<p>' || sentence.en || ' ' || further.en || CASE WHEN dice % 8 = 0 THEN format(
                    ' <span class="mention" data-type="sheet" data-id="%s">%s</span>', other.id, other.name
                ) ELSE '' END || '</p>'
            )
            WHEN 'number' THEN CASE
                WHEN dice % 40 = 0 THEN to_jsonb((dice % 100)::text)
                WHEN dice % 10 = 1 THEN to_jsonb((dice % 1000) / 10.0)
                WHEN dice % 10 > 1 THEN to_jsonb(dice % 100)
            END
            WHEN 'select' THEN CASE WHEN dice % 6 > 0 THEN choices.options -> (dice % 3) -> 'key' END
            WHEN 'multi_select' THEN CASE
                WHEN dice % 4 = 0 THEN '[]'
                ELSE jsonb_build_array(choices.options -> 0 -> 'key', choices.options -> 2 -> 'key')
            END
            WHEN 'boolean' THEN CASE
                WHEN block.position = 2 AND dice % 3 = 0 THEN NULL ELSE to_jsonb(dice % 2 = 0)
            END
            WHEN 'date' THEN to_jsonb((date '1850-01-01' + dice)::text)
        END)
    END,
    block.is_constant, block.variable,
    CASE WHEN block.position < 3 AND sheet.n = sheet.head THEN 'children' ELSE 'self' END,
    block.position < 3 AND block.position = 0, block.is_inherited AND dice % 15 = 0,
    source.id,
    CASE WHEN block.position IN (4, 5) AND sheet.n % 20 = 7 THEN md5($1 || '/group/' || sheet.n)::uuid END,
    CASE WHEN block.position = 5 AND sheet.n % 20 = 7 THEN 1 ELSE 0 END
FROM seed_block AS block
CROSS JOIN LATERAL (SELECT pg_temp.roll($1::bigint, block.n, 'value', 36000) AS dice) AS thrown
JOIN seed_sheet AS sheet ON sheet.n = block.sheet
JOIN seed_word AS label ON label.kind = 'noun' AND label.n = block.noun
JOIN seed_sentence AS sentence
    ON sentence.n = pg_temp.roll($1, CASE block.position WHEN 0 THEN sheet.n ELSE block.n END, 'motto', $2::integer)
JOIN seed_sentence AS further ON further.n = pg_temp.roll($1, block.n, 'further', $2)
JOIN seed_sheet AS other ON other.n = pg_temp.roll($1, block.n, 'other sheet', $3::integer)
LEFT JOIN seed_flow AS called ON called.n = pg_temp.roll($1, block.n, 'other flow', greatest($4::integer, 1))
LEFT JOIN seed_block AS source
    ON block.is_inherited AND source.sheet = sheet.head AND source.position = block.position
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('key', word.en, 'value', initcap(word.en)) ORDER BY turn) AS options
    FROM generate_series(0, 3) AS turn
    JOIN seed_word AS word ON word.kind = 'adjective' AND word.n = (block.noun + turn) % $5::integer
) AS choices ON block.type IN ('select', 'multi_select')
ORDER BY block.n
