-- Likewise for what was linked.
ANALYZE filled (ordinal, field);
ANALYZE parents;
ANALYZE findings (code, ordinal, field)
