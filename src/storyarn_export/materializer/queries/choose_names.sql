-- Free shortcuts for roots whose own is taken, by the project or by an earlier root of the file: the shortcut, cut to
-- fit, and a number. Numbers are drawn in the order of the file, one sequence for all shortcuts that may be cut to the
-- same text: those that begin alike. Whatever the file or the project calls anything is not free.
-- $1 project
WITH
clashing AS (
    SELECT kind, ordinal, shortcut, family, row_number() OVER (PARTITION BY kind, family ORDER BY ordinal) AS place
    FROM (
        SELECT kind, ordinal, shortcut, existing_id, rtrim(left(shortcut, 42), '.-') AS family,
            row_number() OVER (PARTITION BY kind, shortcut ORDER BY ordinal) AS time
        FROM roots WHERE shortcut IS NOT NULL
    ) AS named
    WHERE existing_id IS NOT NULL OR time > 1
),
families AS (SELECT kind, family, count(*) AS wanted FROM clashing GROUP BY kind, family),
blocked AS (
    SELECT DISTINCT taken.kind, rtrim(left(parts[1], 42), '.-') AS family, parts[2]::integer AS number
    FROM (
        SELECT kind, shortcut FROM roots
        UNION ALL SELECT 'sheet', shortcut FROM sheets WHERE project_id = $1 AND deleted_at IS NULL
        UNION ALL SELECT 'flow', shortcut FROM flows WHERE project_id = $1 AND deleted_at IS NULL
        UNION ALL SELECT 'scene', shortcut FROM scenes WHERE project_id = $1 AND deleted_at IS NULL
        UNION ALL SELECT 'screenplay', shortcut FROM screenplays WHERE project_id = $1 AND deleted_at IS NULL
    ) AS taken
    CROSS JOIN LATERAL regexp_match(taken.shortcut, '^(.+)-([1-9][0-9]{0,6})$') AS parts
    WHERE parts IS NOT NULL
),
spans AS (
    SELECT families.kind, families.family, families.wanted + count(blocked.number) AS most
    FROM families LEFT JOIN blocked USING (kind, family)
    GROUP BY families.kind, families.family, families.wanted
),
free AS (
    SELECT spans.kind, spans.family, candidate.number,
        row_number() OVER (PARTITION BY spans.kind, spans.family ORDER BY candidate.number) AS place
    FROM spans CROSS JOIN LATERAL generate_series(1, spans.most::integer) AS candidate (number)
    WHERE NOT EXISTS (
        SELECT FROM blocked
        WHERE blocked.kind = spans.kind AND blocked.family = spans.family AND blocked.number = candidate.number
    )
)
INSERT INTO renames (kind, ordinal, old, new)
SELECT kind, ordinal, shortcut, rtrim(left(shortcut, 50 - 1 - length(number::text)), '.-') || '-' || number
FROM clashing JOIN free USING (kind, family, place)
