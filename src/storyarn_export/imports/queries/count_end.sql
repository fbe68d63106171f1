-- Counts an import that has ended well, and its rows, for operators.
-- $1 name of the count, $2 its labels, $3 how much
INSERT INTO tallies (name, labels, value)
VALUES ($1, $2, $3)
ON CONFLICT (name, labels) DO UPDATE SET value = tallies.value + excluded.value
