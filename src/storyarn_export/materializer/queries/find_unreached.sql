-- Roots that hang in a cycle of parents, or below one: no way from the top leads to them.
INSERT INTO unreached (ordinal, own_id, ancestor, lowest_id)
WITH RECURSIVE reached AS (
    SELECT id.ordinal
    FROM ids AS id LEFT JOIN parents AS parent ON parent.ordinal = id.ordinal
    WHERE id.kind IN ('sheet', 'flow', 'scene', 'screenplay') AND parent.ordinal IS NULL
    UNION ALL
    SELECT parent.ordinal FROM reached JOIN parents AS parent ON parent.parent_ordinal = reached.ordinal
)
SELECT parent.ordinal, own.new_id, parent.parent_ordinal, own.new_id
FROM parents AS parent
JOIN ids AS own ON own.ordinal = parent.ordinal AND own.kind IN ('sheet', 'flow', 'scene', 'screenplay')
WHERE NOT EXISTS (SELECT FROM reached WHERE reached.ordinal = parent.ordinal)
