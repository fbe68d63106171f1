"""PostgreSQL: the server, its connections, its schema and its queries."""
