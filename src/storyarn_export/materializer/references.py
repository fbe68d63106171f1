"""Resolves what staged rows refer to: parents, hidden references, and what cannot be kept."""

from storyarn_export.db.session import BulkConnection
from storyarn_export.materializer.statements import statement


async def resolve_references(connection: BulkConnection, source_language: str | None) -> None:
    """Fill the holes in templates, link parents and note everything that has to be emptied.

    Args:
        connection: whose transaction has staged rows with new ids.
        source_language: locale code that the file names.
    """
    await connection.execute(statement("find_repeated"), source_language)
    await connection.execute(statement("link_parents"))
    await _break_cycles(connection)
    await connection.execute(statement("fill"))
    await connection.execute(statement("find_unresolved"))


async def _break_cycles(connection: BulkConnection) -> None:
    result = await connection.execute(statement("find_unreached"))
    unreached = affected(result)
    if unreached == 0:
        return
    for _ in range(unreached.bit_length()):
        await connection.execute(statement("double_steps"))
    await connection.execute(statement("break_cycles"))


def affected(tag: str) -> int:
    """How many rows a statement touched, by the tag it ended with."""
    return int(tag.rpartition(" ")[2])
