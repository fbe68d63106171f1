-- The files of these exports are gone. What people see of the jobs is as before: they had expired already.
-- :ids of jobs, :now moment
UPDATE export_jobs
SET file_removed_at = :now
WHERE id = ANY (:ids) AND file_removed_at IS NULL
RETURNING id
