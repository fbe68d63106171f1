-- How many roots of each kind the file has, and how many of them the project.
SELECT kind, count(*) AS total, count(existing_id) AS existing FROM roots GROUP BY kind
