"""Fills the staging tables."""

from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.document import CONTENT_FIELDS, FIELDS, DocumentRow, Reference
from storyarn_export.domain.story import TABLES, Kind
from storyarn_export.materializer.statements import statement

# Rows of one kind that one COPY takes; a COPY costs a round trip, a row a few hundred bytes.
COPY_ROWS = 2_000
MAX_BIGINT = 2**63 - 1

COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    kind: (
        *("ordinal", "parent", "path", "old_id", "old_number", *names),
        *(CONTENT_FIELDS if kind is Kind.ASSET else ()),
    )
    for kind, names in FIELDS.items()
}
REFERENCE_COLUMNS = ("ordinal", *Reference._fields)


class Staging:
    """The staging tables of one transaction.

    Memory: rows of one batch and up to COPY_ROWS of each kind.

    Args:
        connection: in a transaction; the tables go with it.

    Attributes:
        counts: rows staged, by kind.
    """

    def __init__(self, connection: BulkConnection) -> None:
        self._connection = connection
        self._rows: dict[Kind, list[tuple[object, ...]]] = defaultdict(list)
        self._references: list[tuple[object, ...]] = []
        self.counts: dict[Kind, int] = dict.fromkeys(Kind, 0)

    async def open(self) -> None:
        """Make the tables, empty."""
        await self._connection.execute(statement("session"))
        await self._connection.execute(statement("stage"))

    async def fill(self, batches: AsyncIterator[Sequence[DocumentRow]]) -> None:
        """Stage all rows.

        Args:
            batches: rows in any order.
        """
        async for batch in batches:
            self._take(batch)
            for kind, rows in self._rows.items():
                if len(rows) >= COPY_ROWS:
                    await self._copy(kind, rows)
            if len(self._references) >= COPY_ROWS:
                await self._copy_references()
        for kind, rows in self._rows.items():
            await self._copy(kind, rows)
        await self._copy_references()

    def _take(self, batch: Sequence[DocumentRow]) -> None:
        for kind, ordinal, parent, path, old_id, values, references in batch:
            self._rows[kind].append((ordinal, parent, path, old_id, _number(old_id), *values))
            if references:
                self._references += [(ordinal, *reference) for reference in references]

    async def _copy(self, kind: Kind, rows: list[tuple[object, ...]]) -> None:
        if rows:
            await self._connection.copy_records_to_table(
                f"staged_{TABLES[kind]}", records=rows, columns=COLUMNS[kind]
            )
            self.counts[kind] += len(rows)
            rows.clear()

    async def _copy_references(self) -> None:
        if self._references:
            await self._connection.copy_records_to_table(
                "staged_references", records=self._references, columns=REFERENCE_COLUMNS
            )
            self._references.clear()


def _number(old_id: str | None) -> int | None:
    if old_id is None or not (old_id.isascii() and old_id.isdigit()):
        return None
    number = int(old_id)
    return number if number <= MAX_BIGINT else None
