-- A project, unless its slug has been taken meanwhile.
-- $1 id, from `reserve_project`, $2 name, $3 slug, $4 description, $5 settings as JSON text, $6 workspace, $7 owner
INSERT INTO projects (id, name, slug, description, settings, workspace_id, owner_id)
OVERRIDING SYSTEM VALUE
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, $7)
ON CONFLICT (workspace_id, slug) DO NOTHING
RETURNING id
