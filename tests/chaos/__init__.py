"""What the service does when things are killed, frozen, cut off or full: `python -m tests.chaos` makes it happen.

The same scenarios run in two sizes: the short one as tests, the long one as `make chaos`, which writes
docs/reliability.md. All of them run real processes on a real PostgreSQL server of their own.
"""
