"""What formats share when they write: JSON piece by piece, text as PostgreSQL prints it."""
