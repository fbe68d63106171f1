-- All counts, at most :most; there are few, each with few labels.
SELECT name, labels, value
FROM tallies
ORDER BY name, labels
LIMIT :most
