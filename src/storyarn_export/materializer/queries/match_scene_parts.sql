-- Parts of scenes that both sides have: layers and zones by name, pins by type and label or else place, notes by text;
-- those alike in the order of their ids.
WITH
part AS (
    SELECT kind, ordinal, parent, name AS key FROM staged_scene_layers
    UNION ALL SELECT kind, ordinal, parent, name FROM staged_scene_zones
    UNION ALL SELECT kind, ordinal, parent, text FROM staged_scene_annotations
    UNION ALL SELECT kind, ordinal, parent, concat_ws(' ', pin_type, coalesce(nullif(label, ''), position_x || ' ' || position_y))
    FROM staged_scene_pins
),
stored_part AS (
    SELECT 'layer' AS kind, id, scene_id, name AS key FROM scene_layers
    UNION ALL SELECT 'zone', id, scene_id, name FROM scene_zones
    UNION ALL SELECT 'annotation', id, scene_id, text FROM scene_annotations
    UNION ALL SELECT 'pin', id, scene_id, concat_ws(' ', pin_type, coalesce(nullif(label, ''), position_x || ' ' || position_y))
    FROM scene_pins
),
root AS (
    SELECT ordinal, existing_id FROM roots
    WHERE kind = 'scene' AND existing_id IS NOT NULL AND first_ordinal = ordinal
),
found AS (
    SELECT true AS is_staged, part.kind, part.ordinal AS number, root.existing_id AS scene_id, part.key
    FROM part JOIN root ON root.ordinal = part.parent
    UNION ALL
    SELECT false, part.kind, part.id, part.scene_id, part.key
    FROM stored_part AS part JOIN root ON root.existing_id = part.scene_id
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY is_staged, kind, scene_id, key ORDER BY number) AS place FROM found
)
INSERT INTO matches (kind, ordinal, existing_id)
SELECT row.kind, row.number, stored.number
FROM placed AS row JOIN placed AS stored USING (kind, scene_id, key, place)
WHERE row.is_staged AND NOT stored.is_staged
