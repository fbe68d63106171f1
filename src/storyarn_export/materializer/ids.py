"""Gives every staged row its id: a new one, or that of the row of the project that it means."""

from collections.abc import Iterable

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.story import TABLES, Kind
from storyarn_export.materializer.statements import statement

MESSAGES = {
    "duplicate-ids": "the id {shared!r} comes twice among entities of kind {kind}",
    "duplicate-slugs": "the slug {shared!r} comes twice in one table",
    "duplicate-asset-keys": "two assets have the storage key {shared!r}",
}


async def refuse_clashes(connection: BulkConnection) -> None:
    """Check that staged rows can stand beside each other.

    Args:
        connection: whose transaction has filled staging tables.

    Raises:
        DocumentError: two rows cannot both be stored.
    """
    clash = await connection.fetchrow(statement("first_clash"))
    if clash is not None:
        message = MESSAGES[clash["code"]].format(shared=clash["shared"][:80], kind=clash["kind"])
        raise DocumentError(clash["code"], message, path=clash["path"])


async def adopt_ids(connection: BulkConnection, kinds: Iterable[Kind]) -> None:
    """Let rows of some kinds that are settled have the ids of the project's rows."""
    await connection.execute(statement("adopt_ids"), [kind.value for kind in kinds])


async def assign_ids(connection: BulkConnection, kinds: Iterable[Kind]) -> None:
    """Draw new ids for the other rows, from their tables' own sequences in the order of the old ids as numbers."""
    sequences = {kind.value: f"{TABLES[kind]}_id_seq" for kind in kinds}
    await connection.execute(statement("assign_ids"), list(sequences), list(sequences.values()))


async def shift_ids(connection: BulkConnection, kinds: Iterable[Kind], shift: int) -> None:
    """Give the rows the ids of the file, moved by `shift` to where nobody else has any."""
    await connection.execute(statement("shift_ids"), [kind.value for kind in kinds], shift)
