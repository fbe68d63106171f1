"""Values of a document as they are read: what they must be, and the rows that they become."""

from collections.abc import Iterator
from typing import Any

from storyarn_export.domain.document import DocumentRow
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.entities import EntityReader
from storyarn_export.parsers.formats.storyarn.notices import Notices
from storyarn_export.parsers.formats.storyarn.repeated_keys import may_repeat_keys, refuse_repeated_keys
from storyarn_export.parsers.formats.storyarn.text import Printer
from storyarn_export.parsers.formats.storyarn.window import Window


class Reader:
    """Reads values at the place where the window stands. All methods raise DocumentError for what cannot be read.

    Args:
        window: on the document.
        printer: of what has been parsed.
        notices: of what was left out.

    Attributes:
        entities: makes rows of entities.
    """

    def __init__(self, window: Window, printer: Printer, notices: Notices) -> None:
        self.window = window
        self._printer = printer
        self.notices = notices
        self.entities = EntityReader(printer, notices)

    def known(self, kind: Kind) -> frozenset[str]:
        """Keys of a kind that are read."""
        known, older = self.entities.shape(kind).known, self.entities.older_keys(kind)
        return known | older if older else known

    def row(
        self, kind: Kind, entity: dict[str, Any], path: str, ordinal: int, parent: int | None
    ) -> DocumentRow | None:
        """The row of an entity that has been read; None where it is left out."""
        printed = self._printer.print(entity, path)
        return self.entities.row(kind, entity, printed, path=path, ordinal=ordinal, parent=parent)

    def whole(self, kind: Kind, path: str) -> tuple[dict[str, Any], bytes]:
        """An entity read at once, and what it prints as."""
        entity = self.window.value(path)
        return entity, self.checked(kind, entity, path)

    def checked(self, kind: Kind, entity: Any, path: str) -> bytes:
        """What the entity just read prints as; refuses what may not stand in it."""
        printed = self._printer.print(as_object(entity, path), path)
        window = self.window
        if may_repeat_keys(window.text, window.start, window.end, printed):
            text = window.text[window.start : window.end]
            refuse_repeated_keys(text, self.entities.shape(kind).own, path)
        return printed

    def items(self, path: str) -> Iterator[int]:
        """The index of each item of an array, the window before it; nothing where there is a null."""
        if self.is_null(path):
            return
        self.expect("[", "an array", path)
        yield from self.window.items(path)

    def is_null(self, path: str) -> bool:
        """Pass over a null, which is as good as nothing."""
        if self.window.peek(path) != "n":
            return False
        self.window.value(path)
        return True

    def expect(self, opening: str, wanted: str, path: str) -> None:
        """Refuse what does not begin so.

        Args:
            opening: a bracket.
            wanted: what it opens, as a message calls it.
            path: of the value.
        """
        if self.window.peek(path) != opening:
            # What is no value at all is refused as such.
            self.window.skip(path)
            raise _wrong_type(wanted, path)


def as_object(value: Any, path: str) -> dict[str, Any]:
    """The value, which must be an object."""
    if not isinstance(value, dict):
        raise _wrong_type("an object", path)
    return value


def as_array(value: Any, path: str) -> list[Any]:
    """The value, which must be an array, or null for an empty one."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong_type("an array", path)
    return value


def _wrong_type(wanted: str, path: str) -> DocumentError:
    return DocumentError("invalid-field-types", f"must be {wanted}", path=path)
