-- References that were emptied, each with the row that held it. Those hidden in texts and JSON name the kind of what they
-- refer to, as one place may hold several.
SELECT finding.ordinal, finding.field, finding.old_id, NULL AS target
FROM findings AS finding
WHERE finding.code = 'unresolved' AND NOT EXISTS (
    SELECT FROM staged_references AS reference
    WHERE reference.ordinal = finding.ordinal
        AND reference.path = finding.field
        AND reference.old_id = finding.old_id
)
UNION ALL
SELECT reference.ordinal, reference.path, reference.old_id, reference.target
FROM staged_references AS reference
WHERE reference.form <> 'type' AND NOT EXISTS (
    SELECT FROM ids
    WHERE kind = reference.target AND old_id = reference.old_id
        AND kind IN ('sheet', 'flow', 'scene', 'screenplay', 'asset')
)
ORDER BY 1, 2
