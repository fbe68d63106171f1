-- What these exports say of stored bytes: their file, and where their run has got to.
-- :ids of jobs
SELECT id, status, file_key, file_removed_at,
    checkpoint ->> 'key' AS checkpoint_key, checkpoint ->> 'name' AS checkpoint_name
FROM export_jobs
WHERE id = ANY (:ids)
