-- The files of these imports are gone.
-- :ids of imports
UPDATE import_jobs
SET source_key = NULL
WHERE id = ANY (:ids) AND status = 'expired' AND source_key IS NOT NULL
RETURNING id
