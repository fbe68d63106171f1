-- What becomes of the roots of the file, by the live roots of the project with their shortcuts.
-- $1 project, $2 skip, overwrite, merge or rename; null where there is nothing to meet
INSERT INTO roots (kind, ordinal, old_id, shortcut, name, first_ordinal, existing_id, action)
SELECT
    root.kind, root.ordinal, root.old_id, root.shortcut, root.name, root.first_ordinal, stored.id,
    CASE
        WHEN root.first_ordinal < root.ordinal THEN 'keep'
        WHEN stored.id IS NULL OR $2::text IN ('overwrite', 'rename') THEN 'create'
        WHEN $2::text = 'merge' THEN 'update'
        ELSE 'keep'
    END
FROM (
    SELECT
        kind, ordinal, old_id, shortcut, name,
        CASE
            WHEN shortcut IS NULL OR coalesce($2::text, 'rename') = 'rename' THEN ordinal
            ELSE min(ordinal) OVER (PARTITION BY kind, shortcut)
        END AS first_ordinal
    FROM (
        SELECT kind, ordinal, old_id, shortcut, name FROM staged_sheets
        UNION ALL SELECT kind, ordinal, old_id, shortcut, name FROM staged_flows
        UNION ALL SELECT kind, ordinal, old_id, shortcut, name FROM staged_scenes
        UNION ALL SELECT kind, ordinal, old_id, shortcut, name FROM staged_screenplays
    ) AS listed
) AS root
LEFT JOIN (
    SELECT 'sheet' AS kind, id, shortcut FROM sheets WHERE project_id = $1 AND deleted_at IS NULL
    UNION ALL SELECT 'flow', id, shortcut FROM flows WHERE project_id = $1 AND deleted_at IS NULL
    UNION ALL SELECT 'scene', id, shortcut FROM scenes WHERE project_id = $1 AND deleted_at IS NULL
    UNION ALL SELECT 'screenplay', id, shortcut FROM screenplays WHERE project_id = $1 AND deleted_at IS NULL
) AS stored ON stored.kind = root.kind AND stored.shortcut = root.shortcut
