-- English is the source.
-- $1 project, $2 how many
INSERT INTO project_languages (project_id, locale_code, name, is_source, position)
SELECT $1::bigint, code, name, position = 0, position
FROM (VALUES ('en', 'English', 0), ('es', 'Spanish', 1), ('de', 'German', 2)) AS language (code, name, position)
LIMIT $2::integer
