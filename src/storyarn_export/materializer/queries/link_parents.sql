-- Parents of roots, where the file has them. What stays as it is in the project keeps its own parent.
INSERT INTO parents (ordinal, parent_ordinal, new_id)
SELECT root.ordinal, parent.first_ordinal, own.new_id
FROM (
    SELECT kind, ordinal, parent_id FROM staged_sheets
    UNION ALL SELECT kind, ordinal, parent_id FROM staged_flows
    UNION ALL SELECT kind, ordinal, parent_id FROM staged_scenes
    UNION ALL SELECT kind, ordinal, parent_id FROM staged_screenplays
) AS root
JOIN roots AS child ON child.ordinal = root.ordinal AND child.action <> 'keep'
JOIN roots AS parent ON parent.kind = root.kind AND parent.old_id = root.parent_id
JOIN ids AS own ON own.kind = parent.kind AND own.ordinal = parent.ordinal
WHERE own.kind IN ('sheet', 'flow', 'scene', 'screenplay')
