"""The formats there are. Adding one is a package under `formats/` and a line in `bootstrap`."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from storyarn_export.domain.errors import UnknownFormatError
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Batch, Kind, Section


@dataclass(frozen=True, slots=True)
class Header:
    """What a document says about itself first.

    Attributes:
        project: the project's own JSON object as the collector gives it.
        exported_at: creation time of the job, UTC.
        options: what is asked for.
    """

    project: bytes
    exported_at: datetime
    options: ExportOptions


class Serializer(Protocol):
    """Turns the rows of one export into bytes, in one forward pass.

    Calls come in this order: `begin`; for each section `begin_section`, `rows` any number of times,
    `end_section`; `finish`. Each returns the bytes that follow those returned before. Memory is bounded by what is
    open, not by what was written.
    """

    def begin(self) -> bytes:
        """The start of the document."""

    def begin_section(self, section: Section) -> bytes:
        """The start of a section."""

    def rows(self, batch: Batch) -> bytes:
        """Rows of the section, in document order."""

    def end_section(self, section: Section) -> bytes:
        """The end of a section."""

    def finish(self) -> bytes:
        """The end of the document."""

    @property
    def written(self) -> Mapping[Kind, int]:
        """Rows written so far, by kind."""

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the bytes returned so far; plain JSON."""

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format and what it can hold.

    Attributes:
        sections: what it can hold, in document order.
        is_bundle: whether an export is an archive of several files.
        importable: whether files of it can be read back.
        cannot_hold: codes of what is lost.
        aliases: other names that are understood.
        serializer: makes the serializer of one export.
    """

    name: str
    label: str
    description: str
    media_type: str
    extension: str
    sections: tuple[Section, ...]
    is_bundle: bool
    importable: bool
    cannot_hold: tuple[str, ...]
    aliases: tuple[str, ...]
    serializer: Callable[[Header], Serializer]


class FormatRegistry:
    """Formats by name.

    Args:
        formats: all of them, in the order in which they are shown.
    """

    def __init__(self, formats: Iterable[Format]) -> None:
        self._formats = tuple(formats)
        self._by_name = {name: one for one in self._formats for name in (one.name, *one.aliases)}

    def all(self) -> tuple[Format, ...]:
        """Every format, in the order in which they are shown."""
        return self._formats

    def get(self, name: str) -> Format:
        """The format of that name or alias.

        Raises:
            UnknownFormatError: there is none; `extra["known"]` lists the names.
        """
        found = self._by_name.get(name)
        if found is None:
            known = [one.name for one in self._formats]
            raise UnknownFormatError(
                f"There is no format {name!r}.",
                hint=f"Known formats: {', '.join(known)}.",
                extra={"known": known},
            )
        return found
