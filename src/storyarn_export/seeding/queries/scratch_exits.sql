-- The exits of each flow, for the pins of subflows that call it.
INSERT INTO seed_exit (flow, exit, id) SELECT flow, exit, id FROM seed_node WHERE type = 'exit'
