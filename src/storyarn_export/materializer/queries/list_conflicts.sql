-- The first roots of each kind that meet one of the project, in the order of the file.
-- $1 how many
SELECT kind, shortcut, existing_id, name
FROM (
    SELECT *, row_number() OVER (PARTITION BY kind ORDER BY ordinal) AS place FROM roots WHERE existing_id IS NOT NULL
) AS root
WHERE place <= $1
ORDER BY kind, place
