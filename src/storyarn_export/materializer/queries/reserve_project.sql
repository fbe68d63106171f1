-- The id of a project that is yet to be made.
SELECT nextval(pg_get_serial_sequence('projects', 'id'))
