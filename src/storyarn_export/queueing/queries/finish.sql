-- End entry %(job_id)s with %(status)s.
SELECT procrastinate_finish_job_v1(%(job_id)s, %(status)s::procrastinate_job_status, %(delete_job)s)
