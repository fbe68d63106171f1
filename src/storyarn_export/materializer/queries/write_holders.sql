-- The fields of stored rows that were written anew.
UPDATE sheets SET description = rewritten.value
FROM rewritten WHERE rewritten.kind = 'sheet' AND rewritten.number = sheets.id;

UPDATE flows SET description = rewritten.value
FROM rewritten WHERE rewritten.kind = 'flow' AND rewritten.number = flows.id;

UPDATE scenes SET description = rewritten.value
FROM rewritten WHERE rewritten.kind = 'scene' AND rewritten.number = scenes.id;

UPDATE screenplays SET description = rewritten.value
FROM rewritten WHERE rewritten.kind = 'screenplay' AND rewritten.number = screenplays.id;

UPDATE blocks SET value = rewritten.value::jsonb
FROM rewritten WHERE rewritten.kind = 'block' AND rewritten.number = blocks.id;

UPDATE flow_nodes SET data = rewritten.value::jsonb
FROM rewritten WHERE rewritten.kind = 'node' AND rewritten.number = flow_nodes.id;

UPDATE screenplay_elements SET content = rewritten.value
FROM rewritten
WHERE rewritten.kind = 'element' AND rewritten.field = 'content' AND rewritten.number = screenplay_elements.id;

UPDATE screenplay_elements SET data = rewritten.value::jsonb
FROM rewritten
WHERE rewritten.kind = 'element' AND rewritten.field = 'data' AND rewritten.number = screenplay_elements.id;

UPDATE localized_texts
SET source_text = rewritten.value,
    source_text_hash = CASE
        WHEN source_text_hash IS NOT NULL THEN encode(sha256(convert_to(rewritten.value, 'UTF8')), 'hex')
    END
FROM rewritten
WHERE rewritten.kind = 'localized_text' AND rewritten.field = 'source_text' AND rewritten.number = localized_texts.id;

UPDATE localized_texts SET translated_text = rewritten.value
FROM rewritten
WHERE rewritten.kind = 'localized_text' AND rewritten.field = 'translated_text'
    AND rewritten.number = localized_texts.id
