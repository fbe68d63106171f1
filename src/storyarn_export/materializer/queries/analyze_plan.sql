-- Likewise for what is decided.
ANALYZE roots;
ANALYZE matches;
ANALYZE settled
