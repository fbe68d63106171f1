"""The formats that can be read."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Protocol

from storyarn_export.domain.document import DocumentRow, Notice, ProjectHead
from storyarn_export.domain.errors import UnknownFormatError
from storyarn_export.domain.imports import SourceFacts
from storyarn_export.parsers.baggage import Baggage
from storyarn_export.parsers.formats.storyarn import StoryarnDocument
from storyarn_export.parsers.guard import Limits


class Document(Protocol):
    """A file that is being read."""

    def rows(self) -> Iterator[DocumentRow]:
        """The file's entities, once, in the order of the file.

        Raises:
            DocumentError: the file cannot be read; rows that came before do not count.
        """

    def head(self) -> ProjectHead:
        """The project itself; known when `rows` has come to its end."""

    def facts(self) -> SourceFacts:
        """What the file says of itself; known when `rows` has come to its end."""

    def metadata(self) -> Mapping[str, Any]:
        """What the file counts at its end, as JSON, never believed; known when `rows` has come to its end."""

    def notices(self) -> tuple[Notice, ...]:
        """What was left out so far."""


FORMATS: Mapping[str, Callable[[BinaryIO, Limits, Baggage | None], Document]] = {"storyarn": StoryarnDocument}


def open_document(
    source: BinaryIO, limits: Limits, *, baggage: Baggage | None = None, format_name: str = "storyarn"
) -> Document:
    """A document to read rows from; nothing is read yet.

    Args:
        source: an open file, plain or compressed.
        limits: what it may not exceed.
        baggage: what is done with the bytes of assets; None: they are left out.
        format_name: one of FORMATS.

    Raises:
        UnknownFormatError: the format is unknown or cannot be read.
    """
    refuse_unreadable(format_name)
    return FORMATS[format_name](source, limits, baggage)


def refuse_unreadable(format_name: str) -> None:
    """Check that files of a format can be read.

    Raises:
        UnknownFormatError: the format is unknown or cannot be read.
    """
    if format_name not in FORMATS:
        raise UnknownFormatError(
            f"{format_name!r} cannot be imported", hint=f"formats that can be: {', '.join(FORMATS)}"
        )
