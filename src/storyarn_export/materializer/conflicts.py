"""Tells what of a staged file a project has already."""

from collections import Counter
from dataclasses import dataclass

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.imports import Conflict
from storyarn_export.domain.story import Kind
from storyarn_export.materializer.statements import statement


@dataclass(frozen=True, slots=True)
class Met:
    """What a file would meet.

    Attributes:
        existing: how many of the file's rows the project has; roots, and kinds that no root holds.
        conflicts: roots among them, the first of each kind.
    """

    existing: Counter[Kind]
    conflicts: tuple[Conflict, ...]


async def what_is_met(connection: BulkConnection, most: int) -> Met:
    """What a file would meet.

    Args:
        connection: whose transaction has foreseen it.
        most: conflicts of one kind to list.
    """
    roots = await connection.fetch(statement("preview_roots"))
    rows = await connection.fetch(statement("preview_rows"))
    listed = await connection.fetch(statement("list_conflicts"), most)
    return Met(
        Counter({Kind(row["kind"]): row["existing"] for row in (*roots, *rows)}),
        tuple(
            Conflict(Kind(row["kind"]), row["shortcut"], row["existing_id"], row["name"]) for row in listed
        ),
    )


async def conflict_basis(connection: BulkConnection, project_id: int) -> str:
    """All that the project's side decides about an import, as text; see queries/fingerprint.sql."""
    basis: str = await connection.fetchval(statement("fingerprint"), project_id)
    return basis


async def forget_decisions(connection: BulkConnection) -> None:
    """Go back to where a file is staged and nothing is decided."""
    await connection.execute(statement("forget"))
