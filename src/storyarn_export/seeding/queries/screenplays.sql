-- Screenplays.
-- $1 project
INSERT INTO screenplays (
    id, project_id, name, shortcut, description, parent_id, position, linked_flow_id, draft_of_id, draft_label, draft_status
)
SELECT script.id, $1::bigint, 'Scene book ' || script.n + 1, 'script-' || script.n,
    CASE WHEN script.n % 4 = 0 THEN 'Follows its flow.' END, parent.id,
    CASE script.n % 10 WHEN 0 THEN script.n / 10 ELSE script.n % 10 - 1 END, flow.id, origin.id,
    CASE WHEN origin.id IS NOT NULL THEN 'Second thoughts' END, 'active'
FROM seed_screenplay AS script
LEFT JOIN seed_screenplay AS parent ON script.n % 10 > 0 AND parent.n = script.n - script.n % 10
LEFT JOIN seed_screenplay AS origin ON origin.n = script.draft_of
LEFT JOIN seed_flow AS flow ON flow.n = script.flow
ORDER BY script.n
