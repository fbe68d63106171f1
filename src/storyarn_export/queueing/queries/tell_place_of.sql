-- Have all who wait for a place in the queue of entry :entry look at it again.
SELECT pg_notify('procrastinate_queue_v1#' || queue_name, :look)
FROM procrastinate_jobs
WHERE id = :entry
