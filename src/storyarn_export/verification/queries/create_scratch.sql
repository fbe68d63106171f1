-- A project that is never seen, in a workspace of its own: nobody waits for its slug, and it can have that of the file.
-- $1 name, $2 slug, $3 description, $4 settings as JSON text, $5 owner
WITH room AS (
    INSERT INTO workspaces (name, slug, owner_id)
    VALUES ('Verification', 'verification-' || gen_random_uuid(), $5)
    RETURNING id, owner_id
)
INSERT INTO projects (name, slug, description, settings, workspace_id, owner_id)
SELECT $1, $2, $3, $4::text::jsonb, id, owner_id FROM room
RETURNING id
