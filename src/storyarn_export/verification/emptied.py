"""References that a load had to empty, row by row beside the file, in bounded memory."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any, NamedTuple

import orjson

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import SECTION_OF, Kind, Section
from storyarn_export.materializer.report import unresolved_rows

# More of them lie in a temporary file: an export without its sheets may have one for every line that is spoken.
HELD_BYTES = 1024 * 1024
# What a validation that ran over the whole project says of itself.
RAN = ("passed", "warnings", "errors")


class Place(NamedTuple):
    """Where a reference was emptied.

    Attributes:
        field: of a row, or a path below it where the reference was hidden in one.
        old_id: what stood there.
        target: kind of what it referred to; None where the field tells.
    """

    field: str
    old_id: str
    target: str | None


class Emptied:
    """The references that were emptied, for a reader that goes through the rows of the file.

    Memory: those of a row, of the roots around it, and of nothing else.

    Args:
        lines: `[ordinal, field, old_id, target]` each, by ordinal.
    """

    def __init__(self, lines: Iterable[bytes] = ()) -> None:
        self._rows: Iterator[tuple[int, Place]] = (_parsed(line) for line in lines)
        self._ahead = next(self._rows, None)
        # A root is numbered before what is below it and comes after it.
        self._open: dict[int, list[Place]] = {}

    def of(self, ordinal: int) -> Sequence[Place]:
        """What was emptied in a row.

        Args:
            ordinal: of the row; rows in the order in which the parser yields them.
        """
        while self._ahead is not None and self._ahead[0] <= ordinal:
            number, place = self._ahead
            self._open.setdefault(number, []).append(place)
            self._ahead = next(self._rows, None)
        return self._open.pop(ordinal, ())


def _parsed(line: bytes) -> tuple[int, Place]:
    ordinal, *place = orjson.loads(line)
    return ordinal, Place(*place)


@contextmanager
def spool() -> Iterator[IO[bytes]]:
    """A place for what was emptied, while the block lasts."""
    with tempfile.SpooledTemporaryFile(max_size=HELD_BYTES) as file:
        yield file


async def write_emptied(connection: BulkConnection, file: IO[bytes]) -> Emptied:
    """Keep what was emptied, since the connection will be busy when it is asked for.

    Args:
        connection: whose transaction has loaded the file.
        file: takes it; stays open for as long as it is asked for.
    """
    async for row in unresolved_rows(connection):
        file.write(orjson.dumps([row["ordinal"], row["field"], row["old_id"], row["target"]]) + b"\n")
    file.seek(0)
    return Emptied(file)


@dataclass(frozen=True, slots=True)
class Absences:
    """What a file may refer to without holding it.

    Attributes:
        options: sections that it was not asked to hold, and sections of which it was asked to hold a part.
        told: what its own validation says is not in it, by kind and id; None where that says nothing, or not all, and
            the project may have referred to what had been deleted.
    """

    options: ExportOptions
    told: frozenset[tuple[str, str]] | None

    def allow(self, kind: Kind, old_id: str) -> bool:
        """Whether a reference to this may be lost without the file being to blame."""
        section = SECTION_OF[kind]
        chosen = {
            Section.SHEETS: self.options.sheet_ids,
            Section.FLOWS: self.options.flow_ids,
            Section.SCENES: self.options.scene_ids,
        }
        return (
            section not in self.options.sections
            or chosen.get(section) is not None
            or self.told is None
            or (kind.value, old_id) in self.told
        )


def told_absences(metadata: Mapping[str, Any]) -> frozenset[tuple[str, str]] | None:
    """What a file's validation names as targets; None where it did not run or does not list all.

    Args:
        metadata: of a file that anyone may have changed.
    """
    validation = metadata.get("validation")
    if not isinstance(validation, dict) or validation.get("status") not in RAN or validation.get("truncated"):
        return None
    lists = (validation.get(name) for name in ("errors", "warnings", "info"))
    findings = (one for found in lists if isinstance(found, list) for one in found)
    named = ((one.get("target_type"), one.get("target_id")) for one in findings if isinstance(one, dict))
    return frozenset(
        (kind, str(old_id)) for kind, old_id in named if isinstance(kind, str) and old_id is not None
    )
