"""Sections and kinds of a project, and how they nest in a document."""

from dataclasses import dataclass
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


class Tag(StrEnum):
    """What a row that the collector yields is; where a serializer treats rows of one kind differently, two tags.

    A row has a tag and columns: those of `domain.rows.FIELDS`, or for the tags that are not there one, its JSON object
    as PostgreSQL prints it, with the keys of the native format, its own arrays left out.

    - TABLE_BLOCK: a block of type table; its columns and rows follow
    - TEXT_BLOCK: a block of type text or rich_text, whose words count
    - DIALOGUE: a dialogue node, whose words count and whose responses may have to be brought into their one form
    - SOURCE_LANGUAGE: the locale code of the source language, a JSON string; not an entity
    """

    SHEET = "sheet"
    BLOCK = "block"
    TEXT_BLOCK = "text_block"
    TABLE_BLOCK = "table_block"
    TABLE_COLUMN = "table_column"
    TABLE_ROW = "table_row"
    FLOW = "flow"
    NODE = "node"
    DIALOGUE = "dialogue"
    FLOW_CONNECTION = "flow_connection"
    SCENE = "scene"
    LAYER = "layer"
    PIN = "pin"
    ZONE = "zone"
    SCENE_CONNECTION = "scene_connection"
    ANNOTATION = "annotation"
    SCREENPLAY = "screenplay"
    ELEMENT = "element"
    SOURCE_LANGUAGE = "source_language"
    LANGUAGE = "language"
    TEXT = "text"
    TERM = "term"
    ASSET = "asset"


VARIANTS: dict[Tag, Kind] = {
    Tag.TEXT_BLOCK: Kind.BLOCK,
    Tag.TABLE_BLOCK: Kind.BLOCK,
    Tag.DIALOGUE: Kind.NODE,
    Tag.TEXT: Kind.LOCALIZED_TEXT,
    Tag.TERM: Kind.GLOSSARY_ENTRY,
}

# Rows come as bytes, and a lookup by bytes saves decoding each tag.
KIND_OF_TAG: dict[bytes, Kind] = {
    tag.encode(): VARIANTS[tag] if tag in VARIANTS else Kind(tag)
    for tag in Tag
    if tag is not Tag.SOURCE_LANGUAGE
}


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows in document order, column by column: a million small objects fewer than row by row.

    Attributes:
        tags: `Tag` of each row, as bytes.
        columns: as many as the rows with the most have; what a row does not use is of no meaning. A reader may
            replace entries.
    """

    tags: list[bytes]
    columns: tuple[list[bytes], ...]
