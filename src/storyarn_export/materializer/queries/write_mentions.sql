-- The fields of staged rows that were written anew; they hold no holes any more.
UPDATE staged_flow_nodes AS row SET data = rewritten.value
FROM rewritten WHERE rewritten.number = row.ordinal;

UPDATE staged_screenplay_elements AS row SET data = rewritten.value
FROM rewritten WHERE rewritten.number = row.ordinal;

UPDATE staged_scene_pins AS row SET condition = rewritten.value
FROM rewritten WHERE rewritten.number = row.ordinal AND rewritten.field = 'condition';

UPDATE staged_scene_pins AS row SET action_data = rewritten.value
FROM rewritten WHERE rewritten.number = row.ordinal AND rewritten.field = 'action_data';

UPDATE staged_scene_zones AS row SET condition = rewritten.value
FROM rewritten WHERE rewritten.number = row.ordinal AND rewritten.field = 'condition';

UPDATE staged_scene_zones AS row SET action_data = rewritten.value
FROM rewritten WHERE rewritten.number = row.ordinal AND rewritten.field = 'action_data';

UPDATE staged_table_rows AS row SET cells = rewritten.value
FROM rewritten WHERE rewritten.number = row.ordinal;

UPDATE staged_localized_texts AS row
SET source_text = rewritten.value,
    source_text_hash = CASE
        WHEN source_text_hash IS NOT NULL THEN encode(sha256(convert_to(rewritten.value, 'UTF8')), 'hex')
    END
FROM rewritten WHERE rewritten.number = row.ordinal AND rewritten.field = 'source_text';

UPDATE staged_localized_texts AS row SET translated_text = rewritten.value
FROM rewritten WHERE rewritten.number = row.ordinal AND rewritten.field = 'translated_text';

DELETE FROM filled USING rewritten WHERE rewritten.number = filled.ordinal AND rewritten.field = filled.field
