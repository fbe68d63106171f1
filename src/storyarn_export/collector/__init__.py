"""Story rows out of PostgreSQL, one consistent snapshot at a time.

Each section is one ordered query run through COPY, so that rows arrive as fast as the server makes them and no more of
them than the reader takes: memory is bounded by bytes, whatever the size of a flow, a table or a single row.
"""
