-- Assets that the project has already: the same file name, size and key; else the same name, size and type. Assets
-- that are alike find each other in the order of the file and of the ids.
-- $1 project
WITH
staged AS (
    SELECT row.kind, row.ordinal, row.old_id, row.filename, row.size, row.content_type, exact.id AS exact_id
    FROM staged_assets AS row
    LEFT JOIN assets AS exact
        ON exact.project_id = $1 AND exact.key = row.key AND exact.filename = row.filename AND exact.size = row.size
),
rest AS (
    SELECT *, row_number() OVER (PARTITION BY filename, size, content_type ORDER BY ordinal) AS place
    FROM staged WHERE exact_id IS NULL
),
stored AS (
    SELECT id, filename, size, content_type,
        row_number() OVER (PARTITION BY filename, size, content_type ORDER BY id) AS place
    FROM assets WHERE project_id = $1 AND id NOT IN (SELECT exact_id FROM staged WHERE exact_id IS NOT NULL)
)
INSERT INTO settled (kind, ordinal, old_id, existing_id, action)
SELECT kind, ordinal, old_id, exact_id, 'keep' FROM staged WHERE exact_id IS NOT NULL
UNION ALL
SELECT rest.kind, rest.ordinal, rest.old_id, stored.id, 'keep'
FROM rest JOIN stored USING (filename, size, content_type, place)
