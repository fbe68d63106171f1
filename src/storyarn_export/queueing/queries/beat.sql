-- A sign of life of worker %(worker_id)s; no row when the worker has been taken for dead and forgotten.
UPDATE procrastinate_workers
SET last_heartbeat = now()
WHERE id = %(worker_id)s
RETURNING id
