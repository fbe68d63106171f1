-- What the rules about screenplays look at: each screenplay, then those of its elements that name something, by id. Where a
-- node that is named is, the query says itself: `gone`, `outside` of the file, or `inside`.
-- $1 project, $2 flow ids or NULL for all, $3 whether flows are in the file
SELECT entity.tag, entity.c1, entity.c2, entity.c3, entity.c4, entity.c5, entity.c6
FROM (
    SELECT * FROM screenplays WHERE project_id = $1 AND deleted_at IS NULL
    ORDER BY position, name COLLATE "C", id
) AS root
CROSS JOIN LATERAL (
    SELECT 0 AS part, 0::bigint AS id, 'screenplay' AS tag,
        root.id::text AS c1, to_json(root.name)::text AS c2, root.linked_flow_id::text AS c3,
        root.draft_of_id::text AS c4, root.parent_id::text AS c5, to_json(root.description)::text AS c6
    UNION ALL
    SELECT 1, element.id, 'element', element.id::text,
        element.data::text,
        CASE WHEN strpos(lower(element.content), 'data-id') > 0 THEN to_json(element.content) END::text,
        element.linked_node_id::text,
        CASE WHEN element.linked_node_id IS NOT NULL THEN coalesce((
            SELECT CASE WHEN $3::boolean AND ($2::bigint[] IS NULL OR home.id = ANY ($2)) THEN 'inside' ELSE 'outside' END
            FROM flow_nodes AS node JOIN flows AS home ON home.id = node.flow_id
            WHERE node.id = element.linked_node_id AND node.deleted_at IS NULL
                AND home.project_id = $1 AND home.deleted_at IS NULL
        ), 'gone') END,
        NULL
    FROM screenplay_elements AS element
    WHERE element.screenplay_id = root.id
        AND (element.data <> '{}' OR element.linked_node_id IS NOT NULL
            OR strpos(lower(element.content), 'data-id') > 0)
    ORDER BY part, id
) AS entity
ORDER BY root.position, root.name COLLATE "C", root.id
