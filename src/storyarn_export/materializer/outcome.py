"""Tells what became of the roots of a file."""

from collections.abc import Mapping

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.imports import Renamed, SectionReport
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.statements import statement


async def count_roots(connection: BulkConnection) -> Mapping[Kind, SectionReport]:
    """How many roots of each kind were created, updated, skipped and renamed; kinds without any are left out.

    Args:
        connection: whose transaction has imported a file.
    """
    rows = await connection.fetch(statement("count_roots"))
    return {
        Kind(row["kind"]): SectionReport(row["created"], row["updated"], row["skipped"], row["renamed"])
        for row in rows
    }


async def list_renames(connection: BulkConnection, most: int) -> tuple[Renamed, ...]:
    """The first roots that could not keep their shortcuts, in the order of the file."""
    rows = await connection.fetch(statement("list_renames"), most)
    return tuple(Renamed(Kind(row["kind"]), row["old"], row["new"]) for row in rows)
