-- Flow connections, from the pins that the source nodes have.
-- $1 seed
INSERT INTO flow_connections (flow_id, source_node_id, source_pin, target_node_id, target_pin, label)
SELECT flow.id, source.id,
    CASE
        WHEN source.responses > 0 THEN
            'r' || wire.pin || '_'
            || 1000 + pg_temp.roll($1::bigint, source.n * 8::bigint + wire.pin, 'response', 900000) % 9000
        WHEN source.cases >= wire.pin THEN format('case_%s_%s', source.idx, wire.pin)
        WHEN source.cases > 0 THEN 'default'
        WHEN source.type = 'condition' THEN CASE wire.pin WHEN 1 THEN 'true' ELSE 'false' END
        WHEN source.type = 'subflow' THEN 'exit_' || way_out.id
        ELSE 'output'
    END,
    target.id, 'input', CASE WHEN pg_temp.roll($1, wire.source, 'label', 20) = 0 THEN 'then' END
FROM seed_wire AS wire
JOIN seed_node AS source ON source.n = wire.source
JOIN seed_node AS target ON target.n = wire.target
JOIN seed_flow AS flow ON flow.n = source.flow
LEFT JOIN seed_exit AS way_out ON way_out.flow = source.called_flow AND way_out.exit = wire.pin
ORDER BY wire.source, wire.pin
