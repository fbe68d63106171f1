"""Sections and kinds of a project, and how they nest in a document."""

from enum import StrEnum


class Section(StrEnum):
    """Top-level parts of a document, in document order."""

    SHEETS = "sheets"
    FLOWS = "flows"
    SCENES = "scenes"
    SCREENPLAYS = "screenplays"
    LOCALIZATION = "localization"
    ASSETS = "assets"


class Kind(StrEnum):
    """Kinds of entities. One entity is one row that an export writes."""

    SHEET = "sheet"
    BLOCK = "block"
    TABLE_COLUMN = "table_column"
    TABLE_ROW = "table_row"
    FLOW = "flow"
    NODE = "node"
    FLOW_CONNECTION = "flow_connection"
    SCENE = "scene"
    LAYER = "layer"
    PIN = "pin"
    ZONE = "zone"
    SCENE_CONNECTION = "scene_connection"
    ANNOTATION = "annotation"
    SCREENPLAY = "screenplay"
    ELEMENT = "element"
    LANGUAGE = "language"
    LOCALIZED_TEXT = "localized_text"
    GLOSSARY_ENTRY = "glossary_entry"
    ASSET = "asset"


KINDS: dict[Section, tuple[Kind, ...]] = {
    Section.SHEETS: (Kind.SHEET, Kind.BLOCK, Kind.TABLE_COLUMN, Kind.TABLE_ROW),
    Section.FLOWS: (Kind.FLOW, Kind.NODE, Kind.FLOW_CONNECTION),
    Section.SCENES: (Kind.SCENE, Kind.LAYER, Kind.PIN, Kind.ZONE, Kind.SCENE_CONNECTION, Kind.ANNOTATION),
    Section.SCREENPLAYS: (Kind.SCREENPLAY, Kind.ELEMENT),
    Section.LOCALIZATION: (Kind.LANGUAGE, Kind.LOCALIZED_TEXT, Kind.GLOSSARY_ENTRY),
    Section.ASSETS: (Kind.ASSET,),
}

SECTION_OF: dict[Kind, Section] = {kind: section for section, kinds in KINDS.items() for kind in kinds}

TABLES: dict[Kind, str] = {
    Kind.SHEET: "sheets",
    Kind.BLOCK: "blocks",
    Kind.TABLE_COLUMN: "table_columns",
    Kind.TABLE_ROW: "table_rows",
    Kind.FLOW: "flows",
    Kind.NODE: "flow_nodes",
    Kind.FLOW_CONNECTION: "flow_connections",
    Kind.SCENE: "scenes",
    Kind.LAYER: "scene_layers",
    Kind.PIN: "scene_pins",
    Kind.ZONE: "scene_zones",
    Kind.SCENE_CONNECTION: "scene_connections",
    Kind.ANNOTATION: "scene_annotations",
    Kind.SCREENPLAY: "screenplays",
    Kind.ELEMENT: "screenplay_elements",
    Kind.LANGUAGE: "project_languages",
    Kind.LOCALIZED_TEXT: "localized_texts",
    Kind.GLOSSARY_ENTRY: "localization_glossary_entries",
    Kind.ASSET: "assets",
}
