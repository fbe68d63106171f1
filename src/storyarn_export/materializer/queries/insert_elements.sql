-- Elements of screenplays, with the references in their text and data filled in.
INSERT INTO screenplay_elements (
    id, screenplay_id, type, content, position, data, depth, branch, linked_node_id
)
SELECT
    own.new_id,
    screenplay.new_id,
    row.type,
    CASE WHEN content.ordinal IS NULL THEN row.content ELSE format(row.content, VARIADIC content.arguments) END,
    row.position,
    CASE WHEN data.ordinal IS NULL THEN row.data ELSE format(row.data, VARIADIC data.arguments) END::jsonb,
    row.depth,
    row.branch,
    node.new_id
FROM staged_screenplay_elements AS row
JOIN ids AS own ON own.kind = 'element' AND own.ordinal = row.ordinal AND own.action <> 'keep'
JOIN ids AS screenplay ON screenplay.kind = 'screenplay' AND screenplay.ordinal = row.parent
LEFT JOIN ids AS node ON node.kind = 'node' AND node.old_id = row.linked_node_id
LEFT JOIN filled AS content ON content.ordinal = row.ordinal AND content.field = 'content'
LEFT JOIN filled AS data ON data.ordinal = row.ordinal AND data.field = 'data'
