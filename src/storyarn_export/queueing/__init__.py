"""The queue: wake-ups for workers, put in and taken out with the rows that they are about.

Rows of jobs are the truth; an entry here only says that a worker should look at one.

- `queue`: the names of queues and tasks; entries in the caller's transaction
- `connector`: connections that outlive a restart of the database
- `job_manager`: what workers ask of the queue, steady while the database is away
"""
