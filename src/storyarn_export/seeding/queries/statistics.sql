-- The tables are not what they were: whoever reads next needs to know.
ANALYZE sheets, blocks, table_columns, table_rows, flows, flow_nodes, flow_connections, scenes, scene_layers, scene_pins,
    scene_zones, scene_connections, scene_annotations, screenplays, screenplay_elements, project_languages, localized_texts,
    localization_glossary_entries, assets
