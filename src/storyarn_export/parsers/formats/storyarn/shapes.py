"""What an entity of each kind looks like as a whole: its fields, its types, its other keys."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storyarn_export.domain.document import FIELDS
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.columns import (
    BLOCK_TYPES,
    COLUMN_TYPES,
    ELEMENT_TYPES,
    NODE_TYPES,
    columns,
)
from storyarn_export.parsers.formats.storyarn.fields import Field, Read
from storyarn_export.parsers.formats.storyarn.user_json import Print

OTHER_KEYS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SHEET: ("current_version_id", "avatars"),
    Kind.BLOCK: ("table_data",),
    Kind.LOCALIZED_TEXT: ("translations",),
    Kind.GLOSSARY_ENTRY: ("translations",),
    Kind.ASSET: ("data", "sha256", "path"),
}
EXTRAS: Mapping[Kind, dict[str, Any]] = {
    Kind.BLOCK: {
        "types": frozenset(BLOCK_TYPES),
        "own": {"table_data": {"columns": {}, "rows": {}}},
    },
    Kind.TABLE_COLUMN: {"types": frozenset(COLUMN_TYPES)},
    Kind.NODE: {"types": frozenset(NODE_TYPES)},
    Kind.ELEMENT: {"types": frozenset(ELEMENT_TYPES)},
    Kind.LANGUAGE: {"has_id": False},
    Kind.LOCALIZED_TEXT: {"has_id": False, "own": {"translations": {"*": {}}}},
    Kind.GLOSSARY_ENTRY: {"has_id": False, "own": {"translations": {}}},
}


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of entity.

    Attributes:
        fields: its columns, in the order of `domain.document.FIELDS`: name, reader, and the field where absent and null
            are not both as good as nothing.
        has_id: whether its object carries an id.
        types: values of `type` that can be stored; others are skipped. Empty where any will do.
        known: keys of its object that need no notice: those of the fields, and some read elsewhere or ignored.
        own: those of its members that are objects of ours, for the search for repeated keys; `*` is any member.
    """

    kind: Kind
    fields: tuple[tuple[str, Read, Field | None], ...]
    has_id: bool = True
    types: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    own: Mapping[str, Any] = field(default_factory=dict)


def build_shapes(printed: Print) -> dict[Kind, Shape]:
    """The shapes of all kinds.

    Args:
        printed: prints a parsed JSON value.
    """
    fields = columns(printed)
    return {
        kind: Shape(
            kind,
            tuple(_step(name, fields[kind][name]) for name in names),
            known=frozenset({"id", *names, *OTHER_KEYS.get(kind, ())}),
            **EXTRAS.get(kind, {}),
        )
        for kind, names in FIELDS.items()
    }


def _step(name: str, field: Field) -> tuple[str, Read, Field | None]:
    is_optional = field.default is None and field.null is None
    return name, field.read, None if is_optional else field
