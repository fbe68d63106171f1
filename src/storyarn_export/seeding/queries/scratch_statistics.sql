-- Plans hang on how large the scratch tables are.
ANALYZE seed_word, seed_sentence, seed_asset, seed_sheet, seed_scene, seed_layer, seed_pin, seed_flow, seed_node, seed_exit,
    seed_wire, seed_line, seed_screenplay, seed_string, seed_block, seed_column, seed_variable, seed_rule, seed_condition,
    seed_effects, seed_responses
