-- Files that were given to imports which have expired.
-- :after id of the last one seen, :most rows
SELECT id, source_key
FROM import_jobs
WHERE status = 'expired' AND source_key IS NOT NULL AND id > CAST(:after AS uuid)
ORDER BY id
LIMIT :most
