"""Resolves what staged rows refer to: parents, hidden references, and what cannot be kept."""

from storyarn_export.db.session import BulkConnection
from storyarn_export.materializer.statements import statement


async def fill_references(connection: BulkConnection) -> None:
    """Fill the holes in templates.

    Args:
        connection: whose transaction has staged rows, roots and assets with ids.
    """
    await connection.execute(statement("fill"))


async def link_parents(connection: BulkConnection) -> None:
    """Link roots to their parents and break cycles."""
    await connection.execute(statement("link_parents"))
    result = await connection.execute(statement("find_unreached"))
    unreached = affected(result)
    if unreached == 0:
        return
    for _ in range(unreached.bit_length()):
        await connection.execute(statement("double_steps"))
    await connection.execute(statement("break_cycles"))


async def find_faults(connection: BulkConnection, project_id: int, source_language: str | None) -> None:
    """Note everything that has to be emptied.

    Args:
        connection: whose transaction has given all rows their ids.
        project_id: the project that takes them.
        source_language: locale code that the file names.
    """
    await connection.execute(statement("find_repeated"), source_language, project_id)
    await connection.execute(statement("find_unresolved"))
    await connection.execute(statement("drop_findings"))


def affected(tag: str) -> int:
    """How many rows a statement touched, by the tag it ended with."""
    return int(tag.rpartition(" ")[2])
