-- The entry that waits under :queueing_lock; there is at most one.
SELECT id
FROM procrastinate_jobs
WHERE queueing_lock = :queueing_lock AND status = 'todo'
