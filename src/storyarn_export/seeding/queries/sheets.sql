-- Sheets. Who hides an inherited block names the head's third, of which they have no instance.
-- $1 project, $2 seed, $3 sentences, $4 assets
INSERT INTO sheets (
    id, project_id, name, shortcut, description, color, parent_id, position, avatar_asset_id, banner_asset_id,
    hidden_inherited_block_ids
)
SELECT sheet.id, $1::bigint, sheet.name, sheet.shortcut,
    CASE
        WHEN pg_temp.roll($2::bigint, sheet.n, 'described', 4) = 0 THEN sentence.en
        WHEN pg_temp.roll($2, sheet.n, 'described', 4) = 1 AND head.n < sheet.n THEN format(
            '<p>%s See <span class="mention" data-type="sheet" data-id="%s">%s</span>.</p>', sentence.en, head.id, head.name
        )
    END,
    CASE WHEN sheet.n % 3 > 0 THEN '#' || lpad(to_hex(pg_temp.roll($2, sheet.n, 'color', 16777216)), 6, '0') END,
    parent.id, sheet.position,
    CASE WHEN avatar.kind = 'image' AND sheet.n % 4 = 1 THEN avatar.id END,
    CASE WHEN avatar.kind = 'image' AND sheet.n % 16 = 0 THEN avatar.id END,
    CASE WHEN sheet.hides THEN ARRAY[hidden.id] ELSE '{}' END
FROM seed_sheet AS sheet
JOIN seed_sheet AS head ON head.n = sheet.head
JOIN seed_sentence AS sentence ON sentence.n = pg_temp.roll($2, sheet.n, 'description', $3::integer)
LEFT JOIN seed_sheet AS parent ON parent.n = sheet.parent
LEFT JOIN seed_asset AS avatar ON avatar.n = pg_temp.roll($2, sheet.n, 'avatar', greatest($4::integer, 1))
LEFT JOIN seed_block AS hidden ON sheet.hides AND hidden.sheet = sheet.head AND hidden.position = 2
ORDER BY sheet.n
