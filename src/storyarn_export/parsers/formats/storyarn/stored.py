"""Values as they are stored: read, rewritten, printed again. For rows that are in the database already, or nearly."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from storyarn_export.domain.document import Form, Reference
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.cutting import Cutter, template
from storyarn_export.parsers.formats.storyarn.mentions import SIGN
from storyarn_export.parsers.formats.storyarn.renaming import Renamer, Resolve
from storyarn_export.parsers.formats.storyarn.text import Printer
from storyarn_export.parsers.formats.storyarn.user_json import (
    cut_block_value,
    cut_element_data,
    cut_node_data,
)
from storyarn_export.parsers.formats.storyarn.window import parse_json
from storyarn_export.parsers.guard import Limits

HOLE = re.compile(r"%(?:(\d+)\$s|%)")
CUTS: Mapping[tuple[Kind, str], Callable[[Any, Cutter], Any]] = {
    (Kind.BLOCK, "value"): cut_block_value,
    (Kind.NODE, "data"): cut_node_data,
    (Kind.ELEMENT, "data"): cut_element_data,
}
PLAIN_TEXTS = frozenset({"description", "content", "source_text", "translated_text"})
# What a target becomes; None leaves it as it is.
Target = Callable[[Kind, str], str | None]


@dataclass(frozen=True, slots=True)
class Stored:
    """One field of one row.

    Attributes:
        number: tells rows of one kind apart.
        type: the row's own type, where its kind has types.
        value: the field as text: JSON, or what it is.
        slugs: of a table row: its cells that hold shortcuts.
    """

    kind: Kind
    number: int
    field: str
    type: str
    value: str
    slugs: list[str] | None = None


class Rewriter:
    """Rewrites single stored fields.

    Args:
        limits: what was kept when they came in.
    """

    def __init__(self, limits: Limits) -> None:
        self._printer = Printer(limits)

    def renamed(self, stored: Stored, resolve: Resolve) -> str | None:
        """The field with other shortcuts of sheets.

        Args:
            stored: as it is.
            resolve: tells the new names, and hears of all names that may stand in the field.

        Returns:
            None when nothing changes.
        """
        renamer = Renamer(resolve, self._printer)
        if stored.field in PLAIN_TEXTS:
            text = renamer.text(stored.value)
            return None if text == stored.value else text
        value = parse_json(stored.value)
        match stored.field:
            case "condition":
                renamed = renamer.condition(value)
            case "cells":
                renamed = renamer.cells(value, stored.slugs or [])
            case _:
                renamed = renamer.data(value, has_speech=stored.type == "dialogue")
        return None if renamed == value else self._printer.print(renamed, "").decode()

    def references(self, stored: Stored) -> tuple[str, tuple[Reference, ...]]:
        """The field as a template, and the references that its holes stand for."""
        cutter = Cutter({"type": stored.type}, has_signs=SIGN in stored.value.lower())
        if stored.field in PLAIN_TEXTS:
            return cutter.text(stored.value, stored.field, stored.field), tuple(cutter.references)
        cut = CUTS[stored.kind, stored.field](parse_json(stored.value), cutter)
        return template(self._printer.print(cut, "").decode()), tuple(cutter.references)


def retargeted(stored: Stored, holed: str, references: tuple[Reference, ...], target: Target) -> str | None:
    """A template filled again.

    Args:
        stored: the field that it was made of.
        holed: a template with holes.
        references: what they stand for.
        target: the new id for a kind and an old id.

    Returns:
        None when no target changes.
    """
    new = [target(reference.target, reference.old_id) for reference in references]
    if not any(new):
        return None
    is_json = stored.field not in PLAIN_TEXTS
    filled = [
        _filled(reference, found or reference.old_id, is_json=is_json)
        for reference, found in zip(references, new, strict=True)
    ]
    return HOLE.sub(lambda hole: filled[int(hole[1]) - 1] if hole[1] else "%", holed)


def _filled(reference: Reference, own_id: str, *, is_json: bool) -> str:
    quoted = orjson.dumps(own_id).decode()
    match reference.form:
        case Form.TYPE:
            return f'"{reference.target}"'
        case Form.STRING:
            return quoted
        case Form.MENTION if is_json:
            return quoted[1:-1]
        case _:
            return own_id
