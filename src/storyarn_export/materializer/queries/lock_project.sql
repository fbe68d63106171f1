-- Imports into one project wait here for each other. Others may still refer to the project: an export can be asked for.
-- $1 project
SELECT id FROM projects WHERE id = $1 FOR NO KEY UPDATE
