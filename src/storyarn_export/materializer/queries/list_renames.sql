-- Renamed roots in the order of the file.
-- $1 how many
SELECT kind, old, new FROM renames ORDER BY ordinal LIMIT $1
