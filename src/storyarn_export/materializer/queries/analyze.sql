-- Row counts and the spread of keys for the planner: nothing else looks at temporary tables.
ANALYZE staged_sheets (ordinal, parent);
ANALYZE staged_blocks (ordinal, parent);
ANALYZE staged_table_columns (ordinal, parent);
ANALYZE staged_table_rows (ordinal, parent);
ANALYZE staged_flows (ordinal, parent);
ANALYZE staged_flow_nodes (ordinal, parent);
ANALYZE staged_flow_connections (ordinal, parent);
ANALYZE staged_scenes (ordinal, parent);
ANALYZE staged_scene_layers (ordinal, parent);
ANALYZE staged_scene_pins (ordinal, parent);
ANALYZE staged_scene_zones (ordinal, parent);
ANALYZE staged_scene_connections (ordinal, parent);
ANALYZE staged_scene_annotations (ordinal, parent);
ANALYZE staged_screenplays (ordinal, parent);
ANALYZE staged_screenplay_elements (ordinal, parent);
ANALYZE staged_project_languages (ordinal, parent);
ANALYZE staged_localized_texts (ordinal, parent);
ANALYZE staged_localization_glossary_entries (ordinal, parent);
ANALYZE staged_assets (ordinal, parent);
ANALYZE staged_references (ordinal, field, target, old_id)
