-- The owner's membership.
-- $1 project, $2 user
INSERT INTO project_memberships (role, project_id, user_id) VALUES ('owner', $1, $2)
