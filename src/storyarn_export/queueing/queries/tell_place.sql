-- Have all who wait for a place in the queue of entry %(job_id)s look at it again.
SELECT pg_notify('procrastinate_queue_v1#' || queue_name, %(look)s)
FROM procrastinate_jobs
WHERE id = %(job_id)s
