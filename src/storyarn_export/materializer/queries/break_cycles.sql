-- Each cycle loses the parent of its member with the lowest id.
WITH cut AS (
    DELETE FROM parents
    USING unreached AS member
    WHERE parents.ordinal = member.ordinal
        AND member.own_id = member.lowest_id
        AND member.ordinal IN (SELECT ancestor FROM unreached)
    RETURNING parents.ordinal
)
INSERT INTO findings (code, ordinal, field) SELECT 'parent-cycle', ordinal, 'parent_id' FROM cut
