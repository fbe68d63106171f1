"""Where in a section a reader stopped, so that another can go on after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import orjson

from storyarn_export.collector.statements import statement
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.rows import FIELDS, place_of
from storyarn_export.domain.story import KIND_OF_TAG, Batch, Kind, Tag

PLACE = statement("place")
# Few, and without an id: they are passed over by number.
NUMBERED = frozenset({Kind.LANGUAGE, Kind.GLOSSARY_ENTRY})
# What finds a row again, where it is not its id.
KEYS = {Tag.TEXT: ("source_type", "source_id", "source_field", "locale_code")}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last row that was read of a section.

    Attributes:
        kind: of the row.
        key: what finds it again: its id; of a text the source type, id and field and the locale code; of a language
            or a glossary entry how many rows of its query have been read.
    """

    kind: Kind
    key: tuple[str, ...]

    @classmethod
    def after(cls, batch: Batch, rows: Mapping[Kind, int]) -> Self:
        """The cursor after a batch.

        Args:
            batch: as `Snapshot.rows` yielded it; not empty.
            rows: rows of the export so far, by kind, this batch included.
        """
        # The source language stands before the languages and is no entity.
        kind = KIND_OF_TAG.get(batch.tags[-1], Kind.LANGUAGE)
        if kind in NUMBERED:
            return cls(kind, (str(rows.get(kind, 0) + (kind is Kind.LANGUAGE)),))
        tag = Tag(batch.tags[-1].decode())
        if tag not in FIELDS:
            return cls(kind, (orjson.loads(batch.columns[0][-1])["id"],))
        last = {name: batch.columns[place_of(tag, name)][-1] for name in KEYS.get(tag, ("id",))}
        return cls(kind, tuple(_plain(value) for value in last.values()))

    def to_json(self) -> list[str]:
        """As plain JSON."""
        return [self.kind.value, *self.key]

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        """What `to_json` gave."""
        kind, *key = stored
        return cls(Kind(kind), tuple(key))


def _plain(value: bytes) -> str:
    """A word, a number, or what a JSON string says."""
    return str(orjson.loads(value)) if value.startswith(b'"') else value.decode()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row stands in a section of roots and what is below them.

    Attributes:
        root: id of its root; None for the start of the section.
        path: its place below the root, as the section's query orders by it.
    """

    root: int | None = None
    path: tuple[int, ...] | None = None


async def find_place(connection: BulkConnection, cursor: Cursor | None) -> Place:
    """The place of a cursor's row.

    Raises:
        LookupError: there is no such row any more.
    """
    if cursor is None:
        return Place()
    found = await connection.fetchrow(PLACE, cursor.kind.value, int(cursor.key[0]))
    if found is None:
        raise LookupError(f"{cursor.kind} {cursor.key[0]} is gone")
    return Place(found["root"], tuple(found["path"]))
