"""Story rows into PostgreSQL: COPY into staging tables, id maps, then one set-based INSERT a kind.

Everything happens on one connection inside the caller's transaction. Nothing is linked before all rows have come, and
every reference is resolved by a join; no row passes through Python twice.
"""
