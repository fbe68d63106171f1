"""Workers: processes that run queued jobs.

- `process`: what the `worker` command runs
- `supervisor`: keeps one worker on each queue, and lets running jobs end when told to stop
- `queue_worker`: the library's worker, which notices when a part of it dies
- `rescue`, `cron`: look for dead workers, and whether it is time for a clean-up
- `observed`: runs as operators see them, counted and traced
- `tasks`: thin handlers from queue entries to use cases
"""
