-- The files that these imports still have.
-- :ids of imports
SELECT id, source_key
FROM import_jobs
WHERE id = ANY (:ids) AND source_key IS NOT NULL
