-- Twice as many steps up for each unreached root: after log2(n) rounds every ancestor lies on a cycle, and its lowest id
-- is that of the whole cycle.
UPDATE unreached AS root
SET ancestor = next.ancestor, lowest_id = least(root.lowest_id, next.lowest_id)
FROM unreached AS next
WHERE next.ordinal = root.ancestor
