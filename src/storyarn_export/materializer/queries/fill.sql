-- What the references hidden in fields become: one array of arguments for each template.
INSERT INTO filled (ordinal, field, arguments)
SELECT reference.ordinal, reference.field, array_agg(
    CASE
        WHEN target.new_id IS NULL THEN CASE reference.form WHEN 'mention' THEN '' ELSE 'null' END
        WHEN reference.form = 'type' THEN '"' || reference.target || '"'
        WHEN reference.form = 'string' THEN '"' || target.new_id || '"'
        ELSE target.new_id::text
    END
    ORDER BY reference.number
)
FROM staged_references AS reference
LEFT JOIN ids AS target
    ON target.kind = reference.target AND target.old_id = reference.old_id
    AND target.kind IN ('sheet', 'flow', 'scene', 'screenplay', 'asset')
GROUP BY reference.ordinal, reference.field
