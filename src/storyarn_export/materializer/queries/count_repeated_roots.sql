-- Roots that another one of the file stands for: how many, and where first. No row where there are none.
SELECT later.rows, row.path
FROM (
    SELECT count(*) AS rows, min(ordinal) AS ordinal FROM roots WHERE first_ordinal < ordinal
) AS later
JOIN staged AS row ON row.ordinal = later.ordinal
