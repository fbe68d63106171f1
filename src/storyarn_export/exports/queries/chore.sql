-- How it stands with clean-ups: when one last succeeded, whether one waits or runs, and how often one has failed or was
-- interrupted since, the last time when.
-- :chore name of the chore, :task name of the task
SELECT done.succeeded_at, queued.present AS queued, count(event.at) AS failures, max(event.at) AS failed_at
FROM (SELECT max(succeeded_at) AS succeeded_at FROM chores WHERE name = :chore) AS done
CROSS JOIN (
    SELECT EXISTS (
        SELECT FROM procrastinate_jobs WHERE task_name = :task AND status IN ('todo', 'doing')
    ) AS present
) AS queued
LEFT JOIN procrastinate_jobs AS entry ON entry.task_name = :task AND entry.status IN ('failed', 'aborted')
LEFT JOIN procrastinate_events AS event
    ON event.job_id = entry.id AND event.type IN ('failed', 'aborted')
    AND event.at > coalesce(done.succeeded_at, '-infinity')
GROUP BY done.succeeded_at, queued.present
