-- Whether the project has flows that the file has not brought.
-- $1 project
SELECT EXISTS (
    SELECT FROM flows
    WHERE project_id = $1 AND deleted_at IS NULL AND NOT EXISTS (
        SELECT FROM ids WHERE ids.kind = 'flow' AND ids.action = 'create' AND ids.new_id = flows.id
    )
)
