-- Flows.
-- $1 project
INSERT INTO flows (
    id, project_id, shortcut, name, description, parent_id, position, is_main, settings, scene_id
)
SELECT
    own.new_id,
    $1,
    CASE WHEN taken.ordinal IS NULL THEN row.shortcut END,
    row.name,
    CASE WHEN filled.ordinal IS NULL THEN row.description ELSE format(row.description, VARIADIC filled.arguments) END,
    parent.new_id,
    row.position,
    row.is_main AND second_main.ordinal IS NULL,
    row.settings::jsonb,
    scene.new_id
FROM staged_flows AS row
JOIN ids AS own ON own.kind = 'flow' AND own.ordinal = row.ordinal AND own.action <> 'keep'
LEFT JOIN parents AS parent ON parent.ordinal = row.ordinal
LEFT JOIN filled ON filled.ordinal = row.ordinal AND filled.field = 'description'
LEFT JOIN findings AS taken
    ON taken.ordinal = row.ordinal AND taken.code = 'repeated-value' AND taken.field = 'shortcut'
LEFT JOIN findings AS second_main
    ON second_main.ordinal = row.ordinal AND second_main.code = 'repeated-value' AND second_main.field = 'is_main'
LEFT JOIN ids AS scene ON scene.kind = 'scene' AND scene.old_id = row.scene_id
