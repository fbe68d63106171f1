-- Roots that the first one of the file with the same shortcut stands for.
INSERT INTO ids (kind, ordinal, parent, old_id, new_id, action)
SELECT root.kind, root.ordinal, NULL, root.old_id, first.new_id, 'keep'
FROM roots AS root
JOIN ids AS first
    ON first.kind = root.kind AND first.ordinal = root.first_ordinal
    AND first.kind IN ('sheet', 'flow', 'scene', 'screenplay')
WHERE root.first_ordinal < root.ordinal
