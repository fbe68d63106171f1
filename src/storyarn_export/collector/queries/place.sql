-- Where a row stands in its section: its root, and its path below the root as the section's query orders by it.
-- $1 kind, $2 id
SELECT id AS root, ARRAY[0, 0, 0, 0, 0, 0]::bigint[] AS path FROM sheets WHERE $1::text = 'sheet' AND id = $2::bigint
UNION ALL SELECT sheet_id, ARRAY[1, position, id, 1, 0, 0]::bigint[] FROM blocks WHERE $1 = 'block' AND id = $2
UNION ALL SELECT block.sheet_id, ARRAY[1, block.position, block.id, 2, col.position, col.id]::bigint[]
    FROM table_columns AS col JOIN blocks AS block ON block.id = col.block_id
    WHERE $1 = 'table_column' AND col.id = $2
UNION ALL SELECT block.sheet_id, ARRAY[1, block.position, block.id, 3, line.position, line.id]::bigint[]
    FROM table_rows AS line JOIN blocks AS block ON block.id = line.block_id
    WHERE $1 = 'table_row' AND line.id = $2
UNION ALL SELECT id, ARRAY[0, 0]::bigint[] FROM flows WHERE $1 = 'flow' AND id = $2
UNION ALL SELECT flow_id, ARRAY[1, id]::bigint[] FROM flow_nodes WHERE $1 = 'node' AND id = $2
UNION ALL SELECT flow_id, ARRAY[2, id]::bigint[] FROM flow_connections WHERE $1 = 'flow_connection' AND id = $2
UNION ALL SELECT id, ARRAY[0, 0, 0]::bigint[] FROM scenes WHERE $1 = 'scene' AND id = $2
UNION ALL SELECT scene_id, ARRAY[1, position, id]::bigint[] FROM scene_layers WHERE $1 = 'layer' AND id = $2
UNION ALL SELECT scene_id, ARRAY[2, position, id]::bigint[] FROM scene_pins WHERE $1 = 'pin' AND id = $2
UNION ALL SELECT scene_id, ARRAY[3, position, id]::bigint[] FROM scene_zones WHERE $1 = 'zone' AND id = $2
UNION ALL SELECT scene_id, ARRAY[4, 0, id]::bigint[] FROM scene_connections
    WHERE $1 = 'scene_connection' AND id = $2
UNION ALL SELECT scene_id, ARRAY[5, position, id]::bigint[] FROM scene_annotations
    WHERE $1 = 'annotation' AND id = $2
UNION ALL SELECT id, ARRAY[0, 0, 0]::bigint[] FROM screenplays WHERE $1 = 'screenplay' AND id = $2
UNION ALL SELECT screenplay_id, ARRAY[1, position, id]::bigint[] FROM screenplay_elements
    WHERE $1 = 'element' AND id = $2
