-- Screenplays with their elements, in document order.
-- $1 project,
-- $2 root to go on in or NULL for the start, $3 path of the last row that is not wanted
SELECT entity.tag, entity.body
FROM (
    SELECT * FROM screenplays WHERE project_id = $1 AND deleted_at IS NULL
        AND ($2::bigint IS NULL OR (position, id) >= (SELECT position, id FROM screenplays WHERE id = $2))
    ORDER BY position, id
) AS root
CROSS JOIN LATERAL (
    SELECT 0 AS part, 0 AS position, 0::bigint AS id, 'screenplay' AS tag,
        (SELECT row_to_json(shown) FROM (SELECT
            root.id::text AS id, root.shortcut, root.name, root.description, root.parent_id::text AS parent_id,
            root.position, root.linked_flow_id::text AS linked_flow_id, root.draft_label, root.draft_status,
            root.draft_of_id::text AS draft_of_id
        ) AS shown) AS body
    UNION ALL
    SELECT 1, element.position, element.id, 'element',
        (SELECT row_to_json(shown) FROM (SELECT
            element.id::text AS id, element.type, element.content, element.position, element.data, element.depth,
            element.branch, element.linked_node_id::text AS linked_node_id
        ) AS shown)
    FROM screenplay_elements AS element WHERE element.screenplay_id = root.id
    ORDER BY part, position, id
) AS entity
WHERE $2::bigint IS NULL OR root.id <> $2 OR ARRAY[entity.part, entity.position, entity.id] > $3::bigint[]
ORDER BY root.position, root.id
