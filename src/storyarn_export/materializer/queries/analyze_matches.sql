-- Likewise for what both sides have.
ANALYZE matches;
ANALYZE settled
