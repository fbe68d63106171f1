-- What the rules about scenes look at: each scene, then its pins, then its zones, by id.
-- $1 project, $2 scene ids or NULL for all, $3 whether scenes are in the file
SELECT entity.tag, entity.c1, entity.c2, entity.c3, entity.c4, entity.c5, entity.c6
FROM (
    SELECT * FROM scenes WHERE project_id = $1 AND deleted_at IS NULL
    ORDER BY position, name COLLATE "C", id
) AS root
CROSS JOIN LATERAL (
    SELECT 0 AS part, 0::bigint AS id, 'scene' AS tag,
        root.id::text AS c1, to_json(root.name)::text AS c2,
        ($3::boolean AND ($2::bigint[] IS NULL OR root.id = ANY ($2)))::text AS c3,
        root.background_asset_id::text AS c4, root.parent_id::text AS c5, to_json(root.description)::text AS c6
    UNION ALL
    SELECT 1, pin.id, 'pin', pin.id::text,
        json_build_array(pin.target_type, pin.target_id)::text, pin.condition::text,
        json_build_array(pin.action_type, pin.action_data)::text, pin.sheet_id::text, pin.icon_asset_id::text
    FROM scene_pins AS pin WHERE pin.scene_id = root.id
    UNION ALL
    SELECT 2, zone.id, 'zone', zone.id::text,
        json_build_array(zone.target_type, zone.target_id)::text, zone.condition::text,
        json_build_array(zone.action_type, zone.action_data)::text, NULL, NULL
    FROM scene_zones AS zone WHERE zone.scene_id = root.id
    ORDER BY part, id
) AS entity
ORDER BY root.position, root.name COLLATE "C", root.id
