-- Dialogues that came in with a localization id that a live one of the project has get one of their own: it is the key
-- of their texts at run time.
-- $1 project
WITH renewed AS (
    UPDATE flow_nodes AS node
    SET data = jsonb_set(node.data, '{localization_id}', to_jsonb((node.data ->> 'localization_id') || '_' || node.id))
    FROM ids AS own
    WHERE own.kind = 'node' AND own.action = 'create' AND node.id = own.new_id
        AND node.type = 'dialogue' AND jsonb_typeof(node.data) = 'object' AND node.data ->> 'localization_id' <> ''
        AND node.data ->> 'localization_id' IN (
            SELECT other.data ->> 'localization_id'
            FROM flow_nodes AS other JOIN flows AS flow ON flow.id = other.flow_id
            WHERE flow.project_id = $1 AND flow.deleted_at IS NULL AND other.deleted_at IS NULL
                AND other.type = 'dialogue' AND other.data ->> 'localization_id' <> ''
                AND NOT EXISTS (
                    SELECT FROM ids AS fresh
                    WHERE fresh.kind = 'node' AND fresh.action = 'create' AND fresh.new_id = other.id
                )
        )
    RETURNING own.ordinal
)
INSERT INTO findings (code, ordinal, field) SELECT 'taken-localization-id', ordinal, 'data.localization_id' FROM renewed
