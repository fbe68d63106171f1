-- The project itself, as the native format shows it.
-- $1 project
SELECT row_to_json(shown)::text
FROM (SELECT id::text AS id, name, slug, description, settings FROM projects WHERE id = $1) AS shown
