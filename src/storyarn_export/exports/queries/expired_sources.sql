-- Files that were given to imports which are over.
-- :after id of the last one seen, :most rows
SELECT id, source_key
FROM import_jobs
WHERE status IN ('expired', 'completed', 'failed', 'cancelled') AND source_key IS NOT NULL AND id > CAST(:after AS uuid)
ORDER BY id
LIMIT :most
