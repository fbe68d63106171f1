-- Room for joins of a million rows, which are hashed: to merge them wide rows would be sorted on disk. Nothing that waits
-- or compiles for long.
SET LOCAL work_mem = '64MB';
SET LOCAL enable_mergejoin = off;
SET LOCAL jit = off;
SET LOCAL statement_timeout = 0;
SET LOCAL max_parallel_workers_per_gather = 0
