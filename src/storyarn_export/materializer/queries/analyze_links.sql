-- Likewise for what was linked.
ANALYZE filled (ordinal, field);
ANALYZE parents;
ANALYZE exit_pins;
ANALYZE findings (code, ordinal, field)
