-- A project, unless its slug has been taken meanwhile.
-- $1 name, $2 slug, $3 description, $4 settings as JSON text, $5 workspace, $6 owner
INSERT INTO projects (name, slug, description, settings, workspace_id, owner_id)
VALUES ($1, $2, $3, $4::text::jsonb, $5, $6)
ON CONFLICT (workspace_id, slug) DO NOTHING
RETURNING id
