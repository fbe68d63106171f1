"""A bulk transaction whose connection may be lost at any moment."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.errors import ServiceUnavailableError

# A connection that the server has ended while nothing was asked of it fails in the driver itself.
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


@asynccontextmanager
async def bulk_transaction(connection: BulkConnection, *, keep: bool) -> AsyncIterator[None]:
    """A READ COMMITTED transaction that lasts as long as the block.

    What the block raises is raised, whatever the connection says to the rollback.

    Args:
        connection: in no transaction.
        keep: whether it is committed at the end of the block; it never is when the block raises.

    Raises:
        ServiceUnavailableError: the connection was lost while nothing was asked of it.
    """
    transaction = connection.transaction()
    await transaction.start()
    try:
        yield
        await (transaction.commit() if keep else transaction.rollback())
    except asyncpg.InternalClientError as error:
        connection.terminate()
        raise ServiceUnavailableError("The connection to the database was lost.") from error
    except BaseException:
        await _end(connection, transaction)
        raise


async def _end(connection: BulkConnection, transaction: asyncpg.transaction.Transaction) -> None:
    try:
        await transaction.rollback()
    except LOST:
        # The server rolls back what a lost connection has begun.
        connection.terminate()
