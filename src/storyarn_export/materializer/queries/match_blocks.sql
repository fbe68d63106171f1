-- Blocks on sheets that both sides have: by variable name, else by type and label in the order of their ids.
WITH
found AS (
    SELECT true AS is_staged, row.ordinal AS number, root.existing_id AS sheet_id, row.variable_name,
        row.type, row.config::jsonb ->> 'label' AS label,
        row_number() OVER (PARTITION BY row.parent, row.variable_name ORDER BY row.ordinal) AS time
    FROM staged_blocks AS row
    JOIN roots AS root ON root.ordinal = row.parent AND root.existing_id IS NOT NULL AND root.first_ordinal = root.ordinal
    UNION ALL
    SELECT false, block.id, block.sheet_id, block.variable_name, block.type, block.config ->> 'label', 1
    FROM blocks AS block
    JOIN roots AS root ON root.kind = 'sheet' AND root.existing_id = block.sheet_id AND root.first_ordinal = root.ordinal
    WHERE block.deleted_at IS NULL
),
keyed AS (
    SELECT is_staged, number, sheet_id,
        CASE
            WHEN variable_name IS NOT NULL AND time = 1 THEN 'variable ' || variable_name
            ELSE concat_ws(' ', 'label', type, label)
        END AS key
    FROM found
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY is_staged, sheet_id, key ORDER BY number) AS place FROM keyed
)
INSERT INTO matches (kind, ordinal, existing_id)
SELECT 'block', row.number, stored.number
FROM placed AS row JOIN placed AS stored USING (sheet_id, key, place)
WHERE row.is_staged AND NOT stored.is_staged
