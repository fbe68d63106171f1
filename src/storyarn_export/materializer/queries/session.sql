-- Room for joins of a million rows; nothing that waits or compiles for long.
SET LOCAL work_mem = '64MB';
SET LOCAL jit = off;
SET LOCAL statement_timeout = 0;
SET LOCAL max_parallel_workers_per_gather = 0
