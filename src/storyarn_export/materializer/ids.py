"""Gives every staged row its new id."""

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.story import TABLES
from storyarn_export.materializer.statements import statement

MESSAGES = {
    "duplicate-ids": "the id {shared!r} comes twice among entities of kind {kind}",
    "duplicate-slugs": "the slug {shared!r} comes twice in one table",
    "duplicate-asset-keys": "two assets have the storage key {shared!r}",
}


async def assign_ids(connection: BulkConnection) -> None:
    """Draw new ids from the tables' own sequences, per kind in the order of the old ones as numbers.

    Args:
        connection: whose transaction has filled staging tables.

    Raises:
        DocumentError: two rows cannot both be stored.
    """
    sequences = {kind.value: f"{table}_id_seq" for kind, table in TABLES.items()}
    await connection.execute(statement("assign_ids"), list(sequences), list(sequences.values()))
    clash = await connection.fetchrow(statement("first_clash"))
    if clash is not None:
        message = MESSAGES[clash["code"]].format(shared=clash["shared"][:80], kind=clash["kind"])
        raise DocumentError(clash["code"], message, path=clash["path"])
