-- Workers that have given no sign of life for too long are none any more; one that lives yet is told so by its next one.
-- :stalled_after seconds
DELETE FROM procrastinate_workers
WHERE last_heartbeat < now() - make_interval(secs => :stalled_after)
