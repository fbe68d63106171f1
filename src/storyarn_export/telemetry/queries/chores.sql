-- When each periodic piece of work last succeeded, in seconds since 1970.
SELECT name, extract(epoch FROM succeeded_at) AS succeeded_at
FROM chores
ORDER BY name
