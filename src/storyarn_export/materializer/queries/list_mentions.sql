-- Fields of staged rows that may name a sheet by its shortcut, with their hidden references filled in: kind, ordinal,
-- field, type of the row (of a text: what it belongs to), value, slugs of the cells that hold shortcuts.
SELECT found.kind, found.ordinal AS number, found.field, found.type,
    CASE WHEN filled.ordinal IS NULL THEN found.value ELSE format(found.value, VARIADIC filled.arguments) END AS value,
    found.slugs
FROM (
    SELECT kind, ordinal, 'data' AS field, type, data AS value, NULL::text[] AS slugs
    FROM staged_flow_nodes WHERE data ~ 'sheet\\*"|variable_ref|[{$][A-Za-z0-9]'
    UNION ALL
    SELECT kind, ordinal, 'data', type, data, NULL FROM staged_screenplay_elements WHERE data ~ 'sheet\\*"|variable_ref'
    UNION ALL
    SELECT kind, ordinal, 'condition', '', condition, NULL FROM staged_scene_pins WHERE condition ~ 'sheet\\*"'
    UNION ALL
    SELECT kind, ordinal, 'action_data', '', action_data, NULL
    FROM staged_scene_pins WHERE action_data ~ 'sheet\\*"|variable_ref'
    UNION ALL
    SELECT kind, ordinal, 'condition', '', condition, NULL FROM staged_scene_zones WHERE condition ~ 'sheet\\*"'
    UNION ALL
    SELECT kind, ordinal, 'action_data', '', action_data, NULL
    FROM staged_scene_zones WHERE action_data ~ 'sheet\\*"|variable_ref'
    UNION ALL
    SELECT row.kind, row.ordinal, 'cells', '', row.cells, shortcuts.slugs
    FROM staged_table_rows AS row
    JOIN (
        SELECT parent, array_agg(slug) AS slugs FROM staged_table_columns WHERE type = 'reference' GROUP BY parent
    ) AS shortcuts USING (parent)
    UNION ALL
    SELECT kind, ordinal, 'source_text', source_field, source_text, NULL
    FROM staged_localized_texts
    WHERE source_type = 'flow_node' AND (source_field = 'text' OR source_field LIKE 'response.%.text')
        AND source_text ~ '[{$]\s*[a-z0-9]'
    UNION ALL
    SELECT kind, ordinal, 'translated_text', source_field, translated_text, NULL
    FROM staged_localized_texts
    WHERE source_type = 'flow_node' AND (source_field = 'text' OR source_field LIKE 'response.%.text')
        AND translated_text ~ '[{$]\s*[a-z0-9]'
) AS found
LEFT JOIN filled ON filled.ordinal = found.ordinal AND filled.field = found.field
