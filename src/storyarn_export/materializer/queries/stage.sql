-- The staging tables: one a kind, all children of `staged`, gone with the transaction.
-- Ids and references are texts as in the file; JSON is text, since fields with hidden references hold templates.
CREATE TEMPORARY TABLE staged (
    kind text NOT NULL,
    ordinal bigint NOT NULL,
    parent bigint,
    path text NOT NULL,
    old_id text COLLATE "C",
    old_number bigint
) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_sheets (
    kind text NOT NULL DEFAULT 'sheet', shortcut text, name text, description text, parent_id text COLLATE "C",
    position integer, color text, avatar_asset_id text COLLATE "C", banner_asset_id text COLLATE "C",
    hidden_inherited_block_ids text[] COLLATE "C"
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_blocks (
    kind text NOT NULL DEFAULT 'block', type text, position integer, config text, value text, is_constant boolean,
    variable_name text, scope text, required boolean, detached boolean, inherited_from_block_id text COLLATE "C",
    column_group_id uuid, column_index integer
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_table_columns (
    kind text NOT NULL DEFAULT 'table_column', name text, slug text, type text, is_constant boolean,
    required boolean, position integer, config text
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_table_rows (
    kind text NOT NULL DEFAULT 'table_row', name text, slug text, position integer, cells text
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_flows (
    kind text NOT NULL DEFAULT 'flow', shortcut text, name text, description text, parent_id text COLLATE "C",
    position integer, is_main boolean, settings text, scene_id text COLLATE "C"
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_flow_nodes (
    kind text NOT NULL DEFAULT 'node', type text, position_x double precision, position_y double precision,
    source text, data text
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_flow_connections (
    kind text NOT NULL DEFAULT 'flow_connection', source_node_id text COLLATE "C", source_pin text,
    target_node_id text COLLATE "C", target_pin text, label text
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_scenes (
    kind text NOT NULL DEFAULT 'scene', shortcut text, name text, description text, parent_id text COLLATE "C",
    position integer, background_asset_id text COLLATE "C", width integer, height integer,
    default_zoom double precision, default_center_x double precision, default_center_y double precision,
    scale_unit text, scale_value double precision
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_scene_layers (
    kind text NOT NULL DEFAULT 'layer', name text, is_default boolean, position integer, visible boolean,
    fog_enabled boolean, fog_color text, fog_opacity double precision
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_scene_pins (
    kind text NOT NULL DEFAULT 'pin', layer_id text COLLATE "C", position_x double precision,
    position_y double precision, pin_type text, icon text, color text, opacity double precision, label text,
    target_type text, target_id text COLLATE "C", tooltip text, size text, position integer, locked boolean,
    icon_asset_id text COLLATE "C", sheet_id text COLLATE "C", action_type text, action_data text, condition text,
    condition_effect text
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_scene_zones (
    kind text NOT NULL DEFAULT 'zone', name text, layer_id text COLLATE "C", vertices text, fill_color text,
    border_color text, border_width integer, border_style text, opacity double precision, target_type text,
    target_id text COLLATE "C", tooltip text, position integer, locked boolean, action_type text, action_data text,
    condition text, condition_effect text
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_scene_connections (
    kind text NOT NULL DEFAULT 'scene_connection', from_pin_id text COLLATE "C", to_pin_id text COLLATE "C",
    line_style text, line_width integer, color text, label text, show_label boolean, bidirectional boolean,
    waypoints text
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_scene_annotations (
    kind text NOT NULL DEFAULT 'annotation', text text, position_x double precision, position_y double precision,
    font_size text, color text, layer_id text COLLATE "C", position integer, locked boolean
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_screenplays (
    kind text NOT NULL DEFAULT 'screenplay', shortcut text, name text, description text,
    parent_id text COLLATE "C", position integer, linked_flow_id text COLLATE "C", draft_label text,
    draft_status text, draft_of_id text COLLATE "C"
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_screenplay_elements (
    kind text NOT NULL DEFAULT 'element', type text, content text, position integer, data text, depth integer,
    branch text, linked_node_id text COLLATE "C"
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_project_languages (
    kind text NOT NULL DEFAULT 'language', locale_code text COLLATE "C", name text, is_source boolean,
    position integer
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_localized_texts (
    kind text NOT NULL DEFAULT 'localized_text', source_type text, source_id text COLLATE "C", source_field text,
    source_text text, source_text_hash text, speaker_sheet_id text COLLATE "C", locale_code text,
    translated_text text, status text, vo_status text, vo_asset_id text COLLATE "C", translator_notes text,
    reviewer_notes text, word_count integer, machine_translated boolean, last_translated_at timestamptz,
    last_reviewed_at timestamptz
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_localization_glossary_entries (
    kind text NOT NULL DEFAULT 'glossary_entry', source_term text, source_locale text, do_not_translate boolean,
    context text, target_locale text, target_term text
) INHERITS (staged) ON COMMIT DROP;

CREATE TEMPORARY TABLE staged_assets (
    kind text NOT NULL DEFAULT 'asset', filename text, content_type text, size integer, key text, url text,
    metadata text, content_sha256 text, content_crc32 bigint, content_key text, content_path text
) INHERITS (staged) ON COMMIT DROP;

-- References hidden in the fields of staged rows: one a hole of a template.
CREATE TEMPORARY TABLE staged_references (
    ordinal bigint NOT NULL,
    field text NOT NULL,
    number integer NOT NULL,
    target text NOT NULL,
    old_id text COLLATE "C" NOT NULL,
    form text NOT NULL,
    path text NOT NULL
) ON COMMIT DROP;

-- Roots of the file and what becomes of them.
--   first_ordinal: of the first root of the file with the same shortcut, where that one stands for both; else its own
--   existing_id: the live root of the project with the same shortcut
--   action: create, update (the existing one takes the file's values) or keep (what refers to it means the other one)
CREATE TEMPORARY TABLE roots (
    kind text NOT NULL,
    ordinal bigint NOT NULL,
    old_id text COLLATE "C",
    shortcut text,
    name text,
    first_ordinal bigint NOT NULL,
    existing_id bigint,
    action text NOT NULL
) ON COMMIT DROP;

-- Rows below roots of the file and their counterparts below the roots of the project with the same shortcuts.
CREATE TEMPORARY TABLE matches (kind text NOT NULL, ordinal bigint NOT NULL, existing_id bigint NOT NULL) ON COMMIT DROP;

-- Staged rows that make no new row: update and keep as above; omit has no counterpart and is left out.
CREATE TEMPORARY TABLE settled (
    kind text NOT NULL,
    ordinal bigint NOT NULL,
    parent bigint,
    old_id text COLLATE "C",
    existing_id bigint,
    action text NOT NULL
) ON COMMIT DROP;

-- Roots that come in under another shortcut.
CREATE TEMPORARY TABLE renames (
    kind text NOT NULL, ordinal bigint NOT NULL, old text NOT NULL, new text NOT NULL
) ON COMMIT DROP;

-- Every shortcut that a sheet of the file has, and what it is called in the project.
CREATE TEMPORARY TABLE sheet_names (old text PRIMARY KEY, new text NOT NULL) ON COMMIT DROP;

-- Rows of the project whose place rows of the file take.
CREATE TEMPORARY TABLE replaced (kind text NOT NULL, old_id bigint NOT NULL, new_id bigint NOT NULL) ON COMMIT DROP;

-- Fields that were written anew outside of the database: of staged rows by ordinal, of stored ones by id.
CREATE TEMPORARY TABLE rewritten (
    kind text NOT NULL, number bigint NOT NULL, field text NOT NULL, value text NOT NULL
) ON COMMIT DROP;

-- What every staged row with an id becomes. Split by kind, since every join wants one kind.
CREATE TEMPORARY TABLE ids (
    kind text NOT NULL,
    ordinal bigint NOT NULL,
    parent bigint,
    old_id text COLLATE "C",
    new_id bigint NOT NULL,
    action text NOT NULL
) PARTITION BY LIST (kind) ON COMMIT DROP;

CREATE TEMPORARY TABLE ids_sheet PARTITION OF ids FOR VALUES IN ('sheet') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_block PARTITION OF ids FOR VALUES IN ('block') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_flow PARTITION OF ids FOR VALUES IN ('flow') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_node PARTITION OF ids FOR VALUES IN ('node') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_scene PARTITION OF ids FOR VALUES IN ('scene') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_layer PARTITION OF ids FOR VALUES IN ('layer') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_pin PARTITION OF ids FOR VALUES IN ('pin') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_screenplay PARTITION OF ids FOR VALUES IN ('screenplay') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_asset PARTITION OF ids FOR VALUES IN ('asset') ON COMMIT DROP;
CREATE TEMPORARY TABLE ids_others PARTITION OF ids DEFAULT ON COMMIT DROP;

-- The templates' arguments, in order.
CREATE TEMPORARY TABLE filled (
    ordinal bigint NOT NULL,
    field text NOT NULL,
    arguments text[] NOT NULL
) ON COMMIT DROP;

-- Parents of roots as they will be stored: unknown ones and those that close a cycle left out.
CREATE TEMPORARY TABLE parents (
    ordinal bigint NOT NULL,
    parent_ordinal bigint NOT NULL,
    new_id bigint NOT NULL
) ON COMMIT DROP;

-- Roots that no way from the top leads to, with an ancestor some steps up and the lowest id on the way there.
CREATE TEMPORARY TABLE unreached (
    ordinal bigint NOT NULL,
    own_id bigint NOT NULL,
    ancestor bigint NOT NULL,
    lowest_id bigint NOT NULL
) ON COMMIT DROP;

-- What was left out or emptied while linking: the row, and the field where it is not the whole row.
CREATE TEMPORARY TABLE findings (
    code text NOT NULL,
    ordinal bigint NOT NULL,
    field text,
    old_id text
) ON COMMIT DROP
