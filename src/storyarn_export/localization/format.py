"""What a format for translators is."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO, Protocol

from storyarn_export.localization.texts import Change, Fault, Head, Line


class Writer(Protocol):
    """Writes one file; `begin`, any number of `write`, `finish`. All in one thread."""

    def begin(self) -> None:
        """Write what comes before the lines."""

    def write(self, lines: Sequence[Line]) -> None:
        """Write lines.

        Raises:
            UnrepresentableTextError: a text does not fit into this format.
        """

    def finish(self) -> None:
        """Write what comes after them; all bytes are with the target."""

    def abandon(self) -> None:
        """Let go of everything, in the place of `finish`; what the target holds is no file."""


class _Room(Protocol):
    """What a module of `formats` has."""

    def writer(self, target: BinaryIO, head: Head) -> Writer:
        """A writer of one file."""

    def read(self, source: BinaryIO) -> Generator[Change | Fault, None, None]:
        """What a file says."""


@dataclass(frozen=True, slots=True)
class TextFormat:
    """A format.

    Attributes:
        name: also the extension of the address that gives it.
        extensions: of files that are brought, without the dot.
        one_language: a file holds one language beside the source; else all of them.
        module: of `formats`; imported when it is needed, as its libraries take their time.
    """

    name: str
    media_type: str
    extensions: tuple[str, ...]
    one_language: bool
    module: str

    def writer(self, target: BinaryIO, head: Head) -> Writer:
        """A writer of one file.

        Args:
            target: open for writing; seekable.
            head: what the file is about.
        """
        return self._room().writer(target, head)

    def read(self, source: BinaryIO) -> Generator[Change | Fault, None, None]:
        """What a file says, row by row in its order.

        Args:
            source: open for reading, at its start; seekable.

        Raises:
            DocumentError: the file as a whole cannot be read.
        """
        return self._room().read(source)

    def _room(self) -> _Room:
        room: _Room = import_module(f"{__package__}.formats.{self.module}")
        return room
