-- Roots of the project whose place roots of the file take go to the trash, before shortcuts and the like are taken again.
UPDATE sheets SET deleted_at = now(), updated_at = now()
FROM roots WHERE roots.kind = 'sheet' AND roots.action = 'create' AND roots.existing_id = sheets.id;
UPDATE flows SET deleted_at = now(), updated_at = now()
FROM roots WHERE roots.kind = 'flow' AND roots.action = 'create' AND roots.existing_id = flows.id;
UPDATE scenes SET deleted_at = now(), updated_at = now()
FROM roots WHERE roots.kind = 'scene' AND roots.action = 'create' AND roots.existing_id = scenes.id;
UPDATE screenplays SET deleted_at = now(), updated_at = now()
FROM roots WHERE roots.kind = 'screenplay' AND roots.action = 'create' AND roots.existing_id = screenplays.id
