-- A clean-up that began at :now has succeeded.
-- :chore name of the chore, :now moment
INSERT INTO chores (name, succeeded_at)
VALUES (:chore, :now)
ON CONFLICT (name) DO UPDATE SET succeeded_at = excluded.succeeded_at
