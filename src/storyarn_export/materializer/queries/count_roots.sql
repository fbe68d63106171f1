-- What became of the roots of each kind; every root counts once.
SELECT root.kind,
    count(*) FILTER (WHERE root.action = 'create' AND renames.new IS NULL AND root.existing_id IS NULL) AS created,
    count(*) FILTER (
        WHERE root.action = 'update' OR root.action = 'create' AND renames.new IS NULL AND root.existing_id IS NOT NULL
    ) AS updated,
    count(*) FILTER (WHERE root.action = 'keep') AS skipped,
    count(renames.new) AS renamed
FROM roots AS root LEFT JOIN renames ON renames.ordinal = root.ordinal
GROUP BY root.kind
