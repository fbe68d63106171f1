-- Blocks, inherited ones with their sources: constraints are checked when all of them are there.
INSERT INTO blocks (
    id, sheet_id, type, position, config, value, is_constant, variable_name, scope, required, detached,
    inherited_from_block_id, column_group_id, column_index
)
SELECT
    own.new_id,
    sheet.new_id,
    row.type,
    row.position,
    row.config::jsonb,
    CASE WHEN filled.ordinal IS NULL THEN row.value ELSE format(row.value, VARIADIC filled.arguments) END::jsonb,
    row.is_constant,
    CASE WHEN taken.ordinal IS NULL THEN row.variable_name END,
    row.scope,
    row.required,
    row.detached,
    source.new_id,
    row.column_group_id,
    row.column_index
FROM staged_blocks AS row
JOIN ids AS own ON own.kind = 'block' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS sheet ON sheet.kind = 'sheet' AND sheet.ordinal = row.parent
LEFT JOIN ids AS source ON source.kind = 'block' AND source.old_id = row.inherited_from_block_id
LEFT JOIN filled ON filled.ordinal = row.ordinal AND filled.field = 'value'
LEFT JOIN findings AS taken
    ON taken.ordinal = row.ordinal AND taken.code = 'repeated-value' AND taken.field = 'variable_name'
