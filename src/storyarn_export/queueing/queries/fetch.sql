-- Take the next entry of queue %(queue)s for worker %(worker_id)s while fewer than %(limit)s run in all processes; no row
-- or an empty one when there is nothing to take. Under the lock of the queue, which has to be had before this statement
-- begins: it counts what was committed by then. The function hangs on the row of the count, so that it is not called
-- where there is none.
SELECT
    taken.id, taken.status, taken.task_name, taken.priority, taken.lock, taken.queueing_lock, taken.args,
    taken.scheduled_at, taken.queue_name, taken.attempts, taken.worker_id
FROM (
    SELECT CAST(array[%(queue)s] AS varchar[]) AS queues
    FROM procrastinate_jobs
    WHERE queue_name = %(queue)s AND status = 'doing'
    HAVING count(*) < %(limit)s
) AS free
CROSS JOIN LATERAL procrastinate_fetch_job_v2(free.queues, %(worker_id)s) AS taken
