"""What a parser reads from a file and a materializer writes to the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from storyarn_export.domain.story import Kind

ROOT = ("shortcut", "name", "description", "parent_id", "position")

# The values of a row, in this order. Names are those of the native format, which are those of the columns.
FIELDS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SHEET: (*ROOT, "color", "avatar_asset_id", "banner_asset_id", "hidden_inherited_block_ids"),
    Kind.BLOCK: (
        "type",
        "position",
        "config",
        "value",
        "is_constant",
        "variable_name",
        "scope",
        "required",
        "detached",
        "inherited_from_block_id",
        "column_group_id",
        "column_index",
    ),
    Kind.TABLE_COLUMN: ("name", "slug", "type", "is_constant", "required", "position", "config"),
    Kind.TABLE_ROW: ("name", "slug", "position", "cells"),
    Kind.FLOW: (*ROOT, "is_main", "settings", "scene_id"),
    Kind.NODE: ("type", "position_x", "position_y", "source", "data"),
    Kind.FLOW_CONNECTION: ("source_node_id", "source_pin", "target_node_id", "target_pin", "label"),
    Kind.SCENE: (
        *ROOT,
        "background_asset_id",
        "width",
        "height",
        "default_zoom",
        "default_center_x",
        "default_center_y",
        "scale_unit",
        "scale_value",
    ),
    Kind.LAYER: (
        "name",
        "is_default",
        "position",
        "visible",
        "fog_enabled",
        "fog_color",
        "fog_opacity",
    ),
    Kind.PIN: (
        "layer_id",
        "position_x",
        "position_y",
        "pin_type",
        "icon",
        "color",
        "opacity",
        "label",
        "target_type",
        "target_id",
        "tooltip",
        "size",
        "position",
        "locked",
        "icon_asset_id",
        "sheet_id",
        "action_type",
        "action_data",
        "condition",
        "condition_effect",
    ),
    Kind.ZONE: (
        "name",
        "layer_id",
        "vertices",
        "fill_color",
        "border_color",
        "border_width",
        "border_style",
        "opacity",
        "target_type",
        "target_id",
        "tooltip",
        "position",
        "locked",
        "action_type",
        "action_data",
        "condition",
        "condition_effect",
    ),
    Kind.SCENE_CONNECTION: (
        "from_pin_id",
        "to_pin_id",
        "line_style",
        "line_width",
        "color",
        "label",
        "show_label",
        "bidirectional",
        "waypoints",
    ),
    Kind.ANNOTATION: (
        "text",
        "position_x",
        "position_y",
        "font_size",
        "color",
        "layer_id",
        "position",
        "locked",
    ),
    Kind.SCREENPLAY: (*ROOT, "linked_flow_id", "draft_label", "draft_status", "draft_of_id"),
    Kind.ELEMENT: ("type", "content", "position", "data", "depth", "branch", "linked_node_id"),
    Kind.LANGUAGE: ("locale_code", "name", "is_source", "position"),
    Kind.LOCALIZED_TEXT: (
        "source_type",
        "source_id",
        "source_field",
        "source_text",
        "source_text_hash",
        "speaker_sheet_id",
        "locale_code",
        "translated_text",
        "status",
        "vo_status",
        "vo_asset_id",
        "translator_notes",
        "reviewer_notes",
        "word_count",
        "machine_translated",
        "last_translated_at",
        "last_reviewed_at",
    ),
    Kind.GLOSSARY_ENTRY: (
        "source_term",
        "source_locale",
        "do_not_translate",
        "context",
        "target_locale",
        "target_term",
    ),
    Kind.ASSET: ("filename", "content_type", "size", "key", "url", "metadata"),
}

# SHA-256 in lowercase hex; of bytes that were kept, CRC-32 and key; the file beside the document that holds them.
CONTENT_FIELDS = ("content_sha256", "content_crc32", "content_key", "content_path")


class Form(StrEnum):
    """How a reference hidden in a text or in JSON is written.

    - NUMBER, STRING: a JSON value; null when the target is not in the file
    - TYPE: the type that stands beside an id; null when the target is not in the file
    - MENTION: the bare id inside an attribute; empty when the target is not in the file
    """

    NUMBER = "number"
    STRING = "string"
    TYPE = "type"
    MENTION = "mention"


# Named tuples, since one is made for every row and every reference, and frozen dataclasses cost three times as much.
class Reference(NamedTuple):
    """A reference hidden in a field of a row.

    Attributes:
        field: the field; its value is then a template, see `DocumentRow`.
        number: which hole of the template, from 1.
        target: kind of what it refers to.
        old_id: its id in the file.
        form: how it is written.
        path: where it stands, below the row: `data.responses[0].text`.
    """

    field: str
    number: int
    target: Kind
    old_id: str
    form: Form
    path: str


class DocumentRow(NamedTuple):
    """One entity of a file.

    JSON values are JSON text; ids are texts as in the file; everything else has its Python type. A field that
    holds hidden references is a template: `%1$s`, `%2$s` … stand for what its references become, and `%%` for
    a percent sign, as in PostgreSQL's `format()`.

    Attributes:
        kind: what it is.
        ordinal: its own number, unlike that of any other row of the file, growing in the order of the file
            except that a root may come after its children.
        parent: ordinal of the row that holds it; None for a root.
        path: its JSON path.
        old_id: its id in the file; None for kinds that have none.
        values: in the order of `FIELDS[kind]`; those of an asset are followed by what the file holds of its bytes, in
            the order of `CONTENT_FIELDS`.
        references: what is hidden in the values.
    """

    kind: Kind
    ordinal: int
    parent: int | None
    path: str
    old_id: str | None
    values: tuple[object, ...]
    references: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class ProjectHead:
    """The project as the file describes it.

    Attributes:
        settings: JSON text, or None.
        source_language: locale code that the file names as the language of the originals, or None.
    """

    name: str
    slug: str | None
    description: str | None
    settings: str | None
    source_language: str | None


@dataclass(frozen=True, slots=True)
class Notice:
    """Something in a file that was left out or changed, and how often.

    Attributes:
        code: stable, kebab-case.
        message: one sentence.
        path: JSON path of the first occurrence.
        count: occurrences.
    """

    code: str
    message: str
    path: str | None
    count: int


@dataclass(frozen=True, slots=True)
class UnresolvedReference:
    """A reference to something that is not in the file; it was emptied.

    Attributes:
        kind: of the entity that holds the reference.
        owner: its id in the file.
        path: JSON path of the reference.
        old_id: the id that was not found.
    """

    kind: Kind
    owner: str | None
    path: str
    old_id: str
