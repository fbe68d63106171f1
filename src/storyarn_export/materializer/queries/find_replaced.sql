-- What took the place of what: roots, and what is below them as far as it has a counterpart.
INSERT INTO replaced (kind, old_id, new_id)
SELECT root.kind, root.existing_id, own.new_id
FROM roots AS root JOIN ids AS own ON own.kind = root.kind AND own.ordinal = root.ordinal
WHERE root.action = 'create' AND root.existing_id IS NOT NULL
UNION ALL
SELECT match.kind, match.existing_id, own.new_id
FROM matches AS match JOIN ids AS own ON own.kind = match.kind AND own.ordinal = match.ordinal
WHERE match.kind IN ('block', 'node') AND own.action = 'create'
