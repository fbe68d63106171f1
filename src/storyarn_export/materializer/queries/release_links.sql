-- Screenplays that take the file's values let their flows go first, so that two may change places.
UPDATE screenplays SET linked_flow_id = NULL
FROM ids WHERE ids.kind = 'screenplay' AND ids.action = 'update' AND screenplays.id = ids.new_id
