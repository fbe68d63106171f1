-- Parents of roots that are in the file.
INSERT INTO parents (ordinal, parent_ordinal, new_id)
SELECT root.ordinal, parent.ordinal, parent.new_id
FROM (
    SELECT kind, ordinal, parent_id FROM staged_sheets
    UNION ALL SELECT kind, ordinal, parent_id FROM staged_flows
    UNION ALL SELECT kind, ordinal, parent_id FROM staged_scenes
    UNION ALL SELECT kind, ordinal, parent_id FROM staged_screenplays
) AS root
JOIN ids AS parent ON parent.kind = root.kind AND parent.old_id = root.parent_id
WHERE parent.kind IN ('sheet', 'flow', 'scene', 'screenplay')
