-- Scenes.
-- $1 project
INSERT INTO scenes (
    id, project_id, shortcut, name, description, parent_id, position, background_asset_id, width, height,
    default_zoom, default_center_x, default_center_y, scale_unit, scale_value
)
SELECT
    own.new_id,
    $1,
    CASE WHEN taken.ordinal IS NULL THEN row.shortcut END,
    row.name,
    CASE WHEN filled.ordinal IS NULL THEN row.description ELSE format(row.description, VARIADIC filled.arguments) END,
    parent.new_id,
    row.position,
    background.new_id,
    row.width,
    row.height,
    row.default_zoom,
    row.default_center_x,
    row.default_center_y,
    row.scale_unit,
    row.scale_value
FROM staged_scenes AS row
JOIN ids AS own ON own.kind = 'scene' AND own.ordinal = row.ordinal AND own.action <> 'keep'
LEFT JOIN parents AS parent ON parent.ordinal = row.ordinal
LEFT JOIN filled ON filled.ordinal = row.ordinal AND filled.field = 'description'
LEFT JOIN findings AS taken
    ON taken.ordinal = row.ordinal AND taken.code = 'repeated-value' AND taken.field = 'shortcut'
LEFT JOIN ids AS background ON background.kind = 'asset' AND background.old_id = row.background_asset_id
