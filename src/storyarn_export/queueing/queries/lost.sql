-- An entry that worker %(worker_id)s has taken without getting to know it: none of %(held)s, which it knows to run.
SELECT
    id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id,
    abort_requested
FROM procrastinate_jobs
WHERE worker_id = %(worker_id)s AND status = 'doing' AND NOT id = ANY (CAST(%(held)s AS bigint[]))
ORDER BY id
LIMIT 1
