-- A project in the owner's oldest workspace, under the first free slug, with the owner as its owner. No row: the owner
-- has no workspace.
-- $1 owner, $2 name, $3 slug, $4 description
WITH home AS (SELECT id FROM workspaces WHERE owner_id = $1::bigint ORDER BY id LIMIT 1),
free AS (
    SELECT home.id, candidate.slug
    FROM home
    CROSS JOIN generate_series(1, 1000) AS attempt
    CROSS JOIN LATERAL (SELECT CASE attempt WHEN 1 THEN $3::text ELSE $3 || '-' || attempt END AS slug) AS candidate
    WHERE NOT EXISTS (SELECT FROM projects WHERE workspace_id = home.id AND projects.slug = candidate.slug)
    ORDER BY attempt
    LIMIT 1
),
project AS (
    INSERT INTO projects (name, slug, description, settings, workspace_id, owner_id)
    SELECT $2::text, slug, $4::text, '{"theme": "dark", "autosave": true}', id, $1 FROM free
    RETURNING id
),
membership AS (
    INSERT INTO project_memberships (role, project_id, user_id) SELECT 'owner', id, $1 FROM project
)
SELECT id FROM project
