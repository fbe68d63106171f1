-- One process at a time takes entries of queue %(queue)s, until the end of the transaction.
SELECT pg_advisory_xact_lock(730580922, hashtext(%(queue)s))
