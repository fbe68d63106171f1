-- Whether any row of a project was inserted or updated after a snapshot was taken.
-- A row's xmin has 32 bits. It is read as the latest transaction id not after the present one with those bits; a
-- row frozen long ago may thus seem younger than it is, never older, so the answer errs towards "changed".
-- $1 project, $2 pg_current_snapshot() as text
WITH
present AS (SELECT pg_snapshot_xmax(pg_current_snapshot())::text::numeric AS next_xid),
seen AS (
    SELECT xmin FROM projects WHERE id = $1
    UNION ALL SELECT xmin FROM sheets WHERE project_id = $1
    UNION ALL SELECT block.xmin FROM blocks AS block JOIN sheets AS root ON root.id = block.sheet_id
        WHERE root.project_id = $1
    UNION ALL SELECT col.xmin FROM table_columns AS col JOIN blocks AS block ON block.id = col.block_id
        JOIN sheets AS root ON root.id = block.sheet_id WHERE root.project_id = $1
    UNION ALL SELECT line.xmin FROM table_rows AS line JOIN blocks AS block ON block.id = line.block_id
        JOIN sheets AS root ON root.id = block.sheet_id WHERE root.project_id = $1
    UNION ALL SELECT xmin FROM flows WHERE project_id = $1
    UNION ALL SELECT node.xmin FROM flow_nodes AS node JOIN flows AS root ON root.id = node.flow_id
        WHERE root.project_id = $1
    UNION ALL SELECT wire.xmin FROM flow_connections AS wire JOIN flows AS root ON root.id = wire.flow_id
        WHERE root.project_id = $1
    UNION ALL SELECT xmin FROM scenes WHERE project_id = $1
    UNION ALL SELECT part.xmin FROM scene_layers AS part JOIN scenes AS root ON root.id = part.scene_id
        WHERE root.project_id = $1
    UNION ALL SELECT part.xmin FROM scene_pins AS part JOIN scenes AS root ON root.id = part.scene_id
        WHERE root.project_id = $1
    UNION ALL SELECT part.xmin FROM scene_zones AS part JOIN scenes AS root ON root.id = part.scene_id
        WHERE root.project_id = $1
    UNION ALL SELECT part.xmin FROM scene_connections AS part JOIN scenes AS root ON root.id = part.scene_id
        WHERE root.project_id = $1
    UNION ALL SELECT part.xmin FROM scene_annotations AS part JOIN scenes AS root ON root.id = part.scene_id
        WHERE root.project_id = $1
    UNION ALL SELECT xmin FROM screenplays WHERE project_id = $1
    UNION ALL SELECT element.xmin FROM screenplay_elements AS element
        JOIN screenplays AS root ON root.id = element.screenplay_id WHERE root.project_id = $1
    UNION ALL SELECT xmin FROM project_languages WHERE project_id = $1
    UNION ALL SELECT xmin FROM localized_texts WHERE project_id = $1
    UNION ALL SELECT xmin FROM localization_glossary_entries WHERE project_id = $1
    UNION ALL SELECT xmin FROM assets WHERE project_id = $1
),
low AS (
    SELECT next_xid, mod(next_xid, 4294967296) AS next_low, xmin::text::numeric AS bits FROM present, seen
    GROUP BY next_xid, xmin
)
SELECT EXISTS (
    SELECT FROM low
    WHERE NOT pg_visible_in_snapshot(
        greatest(
            next_xid - next_low + bits - CASE WHEN bits < next_low THEN 0 ELSE 4294967296 END, bits
        )::text::xid8,
        $2::text::pg_snapshot
    )
)
