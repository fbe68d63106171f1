-- Likewise for the id maps.
ANALYZE ids_sheet;
ANALYZE ids_block;
ANALYZE ids_flow;
ANALYZE ids_node;
ANALYZE ids_scene;
ANALYZE ids_layer;
ANALYZE ids_pin;
ANALYZE ids_screenplay;
ANALYZE ids_asset;
ANALYZE ids_others;
ANALYZE roots;
ANALYZE settled
