-- The staged roots take their new shortcuts. Where two sheets of the file have one, texts that use it mean the first.
UPDATE staged_sheets AS row SET shortcut = renames.new FROM renames WHERE renames.ordinal = row.ordinal;
UPDATE staged_flows AS row SET shortcut = renames.new FROM renames WHERE renames.ordinal = row.ordinal;
UPDATE staged_scenes AS row SET shortcut = renames.new FROM renames WHERE renames.ordinal = row.ordinal;
UPDATE staged_screenplays AS row SET shortcut = renames.new FROM renames WHERE renames.ordinal = row.ordinal;
INSERT INTO sheet_names (old, new)
SELECT DISTINCT ON (root.shortcut) root.shortcut, coalesce(renames.new, root.shortcut)
FROM roots AS root LEFT JOIN renames ON renames.ordinal = root.ordinal
WHERE root.kind = 'sheet' AND root.shortcut IS NOT NULL
ORDER BY root.shortcut, root.ordinal
