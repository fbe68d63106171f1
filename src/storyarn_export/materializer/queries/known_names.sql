-- What sheets of the file are called in the project.
-- $1 shortcuts
SELECT old, new FROM sheet_names WHERE old = ANY ($1::text[])
