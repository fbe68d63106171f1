-- The files of these imports are gone.
-- :ids of imports
UPDATE import_jobs
SET source_key = NULL
WHERE id = ANY (:ids) AND status IN ('expired', 'completed', 'failed', 'cancelled') AND source_key IS NOT NULL
RETURNING id
