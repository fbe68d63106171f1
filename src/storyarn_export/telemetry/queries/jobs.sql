-- Active exports by status and format, and for how long the longest of them has been as it is. Finished ones are
-- counted as they end: this stays as quick when history grows (partial index export_jobs_active_key).
SELECT status, format, count(*) AS jobs, extract(epoch FROM max(clock_timestamp() - updated_at)) AS longest_seconds
FROM export_jobs
WHERE status IN ('pending', 'processing')
GROUP BY status, format
