-- The end of an import, in the transaction that has stored its rows: both are there, or neither.
-- $1 token of the run, $2 report, $3 export of the project as it was before or null, $4 channel of those who watch
WITH done AS (
    UPDATE import_jobs
    SET status = 'completed', stage = NULL, progress = 100, entities_processed = coalesce(entities_total, 0),
        report = $2::jsonb, undo_job_id = $3, run_token = NULL, expires_at = NULL, seq = seq + 1,
        completed_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE run_token = $1 AND status = 'running'
    RETURNING id, seq, user_id
)
SELECT id, pg_notify(
    $4, json_build_object('kind', 'import', 'job', id, 'seq', seq, 'user', user_id)::text
) AS told
FROM done
