-- Sheets. Hidden blocks need no constraint, so their ids may come before them.
-- $1 project
INSERT INTO sheets (
    id, project_id, shortcut, name, description, parent_id, position, color, avatar_asset_id, banner_asset_id,
    hidden_inherited_block_ids
)
SELECT
    own.new_id,
    $1,
    CASE WHEN taken.ordinal IS NULL THEN row.shortcut END,
    row.name,
    CASE WHEN filled.ordinal IS NULL THEN row.description ELSE format(row.description, VARIADIC filled.arguments) END,
    parent.new_id,
    row.position,
    row.color,
    avatar.new_id,
    banner.new_id,
    coalesce(hidden.new_ids, '{}')
FROM staged_sheets AS row
JOIN ids AS own ON own.kind = 'sheet' AND own.ordinal = row.ordinal AND own.action <> 'keep'
LEFT JOIN parents AS parent ON parent.ordinal = row.ordinal
LEFT JOIN filled ON filled.ordinal = row.ordinal AND filled.field = 'description'
LEFT JOIN findings AS taken
    ON taken.ordinal = row.ordinal AND taken.code = 'repeated-value' AND taken.field = 'shortcut'
LEFT JOIN ids AS avatar ON avatar.kind = 'asset' AND avatar.old_id = row.avatar_asset_id
LEFT JOIN ids AS banner ON banner.kind = 'asset' AND banner.old_id = row.banner_asset_id
LEFT JOIN (
    SELECT sheet.ordinal, array_agg(block.new_id ORDER BY listed.place) AS new_ids
    FROM staged_sheets AS sheet
    CROSS JOIN unnest(sheet.hidden_inherited_block_ids) WITH ORDINALITY AS listed (old_id, place)
    JOIN ids AS block ON block.kind = 'block' AND block.old_id = listed.old_id
    GROUP BY sheet.ordinal
) AS hidden ON hidden.ordinal = row.ordinal
