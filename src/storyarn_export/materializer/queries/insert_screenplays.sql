-- Screenplays.
-- $1 project
INSERT INTO screenplays (
    id, project_id, shortcut, name, description, parent_id, position, linked_flow_id, draft_label,
    draft_status, draft_of_id
)
SELECT
    own.new_id,
    $1,
    CASE WHEN taken.ordinal IS NULL THEN row.shortcut END,
    row.name,
    CASE WHEN filled.ordinal IS NULL THEN row.description ELSE format(row.description, VARIADIC filled.arguments) END,
    parent.new_id,
    row.position,
    CASE WHEN linked_twice.ordinal IS NULL THEN flow.new_id END,
    row.draft_label,
    row.draft_status,
    original.new_id
FROM staged_screenplays AS row
JOIN ids AS own ON own.kind = 'screenplay' AND own.ordinal = row.ordinal AND own.action <> 'keep'
LEFT JOIN parents AS parent ON parent.ordinal = row.ordinal
LEFT JOIN filled ON filled.ordinal = row.ordinal AND filled.field = 'description'
LEFT JOIN findings AS taken
    ON taken.ordinal = row.ordinal AND taken.code = 'repeated-value' AND taken.field = 'shortcut'
LEFT JOIN findings AS linked_twice
    ON linked_twice.ordinal = row.ordinal AND linked_twice.code = 'repeated-value'
    AND linked_twice.field = 'linked_flow_id'
LEFT JOIN ids AS flow ON flow.kind = 'flow' AND flow.old_id = row.linked_flow_id
LEFT JOIN ids AS original ON original.kind = 'screenplay' AND original.old_id = row.draft_of_id
