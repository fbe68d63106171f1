"""Cuts hidden references out of an entity's values and leaves holes to be filled."""

from collections.abc import Callable, Collection, MutableMapping
from decimal import Decimal
from typing import Any

import orjson

from storyarn_export.domain.document import Form, Reference
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.mentions import find_mentions
from storyarn_export.parsers.formats.storyarn.text import KEY_CHARS

# Stands for the percent sign of a hole while other percent signs are still single. No text holds it: it was refused.
MARK = "\0"


class Cutter:
    """Collects the references of one entity.

    Args:
        entity: the entity's own object.
        has_signs: whether a text of it may hold a mention.

    Attributes:
        references: what was cut out so far.
        emptied: paths of pairs that named nothing that can be referred to.
    """

    def __init__(self, entity: MutableMapping[str, Any], *, has_signs: bool) -> None:
        self.entity = entity
        self.references: list[Reference] = []
        self.emptied: list[str] = []
        self._has_signs = has_signs
        self._holes: dict[str, int] = {}

    def scalar(self, holder: Any, key: str, target: Kind, field: str, path: str) -> None:
        """Cut the id at `holder[key]` out, if there is one; null and blank stay as they are.

        Args:
            holder: an object within a JSON field; anything else has no ids.
            key: its member.
            target: kind of what the id names.
            field: the JSON field.
            path: of `holder`, below the row.
        """
        if not isinstance(holder, dict):
            return
        value = holder.get(key)
        if not _names_something(value):
            return
        form = Form.STRING if isinstance(value, str) else Form.NUMBER
        holder[key] = orjson.Fragment(self._hole(field, target, str(value), form, f"{path}.{key}"))

    def typed(self, holder: Any, targets: Collection[Kind], field: str, path: str) -> None:
        """Cut the pair `target_type`, `target_id` out: both become null when the target is unknown."""
        if not isinstance(holder, dict):
            return
        kind, old_id = holder.get("target_type"), holder.get("target_id")
        if not _names_something(old_id):
            return
        target = next((one for one in targets if one == kind), None)
        if target is None:
            holder["target_type"] = holder["target_id"] = None
            self.emptied.append(path)
            return
        hole = self._hole(field, target, str(old_id), Form.TYPE, f"{path}.target_type")
        holder["target_type"] = orjson.Fragment(hole)
        self.scalar(holder, "target_id", target, field, path)

    def text(self, text: str, field: str, path: str) -> str:
        """A text with the ids of its mentions cut out; a template if it had any."""
        holed = self._holed(text, field, path)
        return text if holed is None else template("".join(holed))

    def texts(self, value: Any, field: str, path: str) -> Any:
        """A JSON value with the ids of mentions cut out of all its texts."""
        if not self._has_signs:
            return value
        match value:
            case str():
                holed = self._holed(value, field, path)
                # Holes stay outside of what is printed, since printing would escape their marks.
                return value if holed is None else orjson.Fragment(_print_pieces(holed))
            case dict():
                return {
                    key: self.texts(child, field, f"{path}.{key[:KEY_CHARS]}") for key, child in value.items()
                }
            case list():
                return [self.texts(child, field, f"{path}[{index}]") for index, child in enumerate(value)]
            case _:
                return value

    def _holed(self, text: str, field: str, path: str) -> list[str] | None:
        """Pieces of text and holes in turn; None when there is no mention."""
        if not self._has_signs:
            return None
        pieces: list[str] = []
        at = 0
        for mention in find_mentions(text):
            hole = self._hole(field, mention.target, mention.old_id, Form.MENTION, path)
            pieces += [text[at : mention.start], hole]
            at = mention.end
        return [*pieces, text[at:]] if pieces else None

    def _hole(self, field: str, target: Kind, old_id: str, form: Form, path: str) -> str:
        number = self._holes[field] = self._holes.get(field, 0) + 1
        self.references.append(Reference(field, number, target, old_id, form, path))
        return f"{MARK}{number}$s"


Cut = Callable[[Any, Cutter], Any]


def template(text: str) -> str:
    """A text with holes as a template; one without is itself."""
    return text.replace("%", "%%").replace(MARK, "%") if MARK in text else text


def _names_something(old_id: Any) -> bool:
    return isinstance(old_id, str | int | Decimal) and not isinstance(old_id, bool) and old_id != ""


def _print_pieces(pieces: list[str]) -> bytes:
    printed = (
        piece.encode() if index % 2 else orjson.dumps(piece)[1:-1] for index, piece in enumerate(pieces)
    )
    return b'"' + b"".join(printed) + b'"'
