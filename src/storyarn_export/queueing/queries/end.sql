-- End entry :entry with :status, in the place of its worker.
SELECT procrastinate_finish_job_v1(:entry, CAST(:status AS procrastinate_job_status), false)
