"""One consistent state of a project, read as a stream."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable
from contextlib import aclosing, asynccontextmanager, suppress

import asyncpg

from storyarn_export.collector.census import Census, take_census
from storyarn_export.collector.changes import rows_changed_since
from storyarn_export.collector.copying import copy_rows
from storyarn_export.collector.cursor import Cursor
from storyarn_export.collector.sections import section_queries
from storyarn_export.collector.statements import statement
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Batch, Section

PROJECT = statement("project")

# The form of numbers and times in the rows must not depend on how the server or the role is set up.
SESSION = """
SET LOCAL timezone = 'UTC';
SET LOCAL extra_float_digits = 1;
SET LOCAL jit = off;
SET LOCAL statement_timeout = 0;
SET LOCAL max_parallel_workers_per_gather = 0;
"""
# Sections stream along indexes in document order; a plan that sorts or hashes a whole section first would take twice
# as long and keep everyone waiting for the first row.
STREAMING = """
SET LOCAL enable_seqscan = on; SET LOCAL enable_nestloop = on; SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off; SET LOCAL enable_sort = off
"""
# What aggregates or joins whole tables is a matter of hashes.
SET_BASED = """
SET LOCAL enable_seqscan = on; SET LOCAL enable_nestloop = on; SET LOCAL enable_hashjoin = on;
SET LOCAL enable_mergejoin = on; SET LOCAL enable_sort = on
"""


class Snapshot:
    """Reads inside one REPEATABLE READ READ ONLY transaction. Use `open_snapshot` to get one.

    Attributes:
        token: `pg_current_snapshot()` as text: what `collector.changes` compares with later.
    """

    def __init__(self, pool: asyncpg.Pool, connection: BulkConnection, token: str) -> None:
        self._pool = pool
        self._connection = connection
        self._counting: asyncio.Task[Census] | None = None
        self.token = token

    async def census(self, project_id: int, options: ExportOptions) -> Census:
        """The rows an export would write, by kind; counted before anything else is read."""
        census = await take_census(self._connection, project_id, options)
        await self._connection.execute(STREAMING)
        return census

    async def begin_census(
        self, project_id: int, options: ExportOptions, *, beside: bool
    ) -> asyncio.Task[Census]:
        """Count for `rows`, which awaits the result where it needs it. The task ends with the snapshot.

        Args:
            project_id: id of the project.
            options: what is asked for.
            beside: count on a second connection that sees the same snapshot, while rows are streamed; for a bounded
                number of callers at a time, as each holds two connections of the pool. Else it is done on return.
        """
        if beside:
            identifier: str = await self._connection.fetchval("SELECT pg_export_snapshot()")
            self._counting = asyncio.create_task(self._count_beside(identifier, project_id, options))
        else:
            self._counting = asyncio.create_task(self.census(project_id, options))
            await self._counting
        return self._counting

    async def _count_beside(self, identifier: str, project_id: int, options: ExportOptions) -> Census:
        async with (
            self._pool.acquire() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(f"SET TRANSACTION SNAPSHOT '{identifier}'")
            return await take_census(connection, project_id, options)

    async def close(self) -> None:
        """End a count that nobody waits for any more."""
        if self._counting is not None:
            self._counting.cancel()
            # Whatever it ended in: whoever needed the count has heard of it, and nobody else wants to.
            await asyncio.gather(self._counting, return_exceptions=True)

    async def project(self, project_id: int) -> bytes | None:
        """The project's own JSON object, `{id, name, slug, description, settings}`; None when there is none."""
        shown: str | None = await self._connection.fetchval(PROJECT, project_id)
        return None if shown is None else shown.encode()

    async def has_changed_since(self, project_id: int, token: str) -> bool:
        """Whether rows of the project were inserted or updated between an earlier snapshot and this one.

        Together with an equal census it says that an export would be the same; see `collector.changes`.

        Args:
            project_id: id of the project.
            token: the earlier snapshot's.
        """
        return await rows_changed_since(self._connection, project_id, token)

    async def rows(
        self,
        section: Section,
        project_id: int,
        options: ExportOptions,
        census: Awaitable[Census],
        *,
        after: Cursor | None = None,
    ) -> AsyncGenerator[Batch, None]:
        """Rows of a section in document order, in batches; see `domain.story.Tag` for what a row holds.

        One section at a time: a connection streams one query.

        Args:
            section: which section.
            project_id: id of the project.
            options: the filters.
            census: this snapshot's, awaited by the sections where it may show that nothing is to be left out, so that
                no row has to be looked at for it; a future, as it is awaited more than once.
            after: the last row that is not wanted; None for all rows.

        Raises:
            LookupError: the cursor's row is gone.
        """
        for query in await section_queries(self._connection, section, options, census, after):
            copying = self.copy(query.sql, project_id, *query.arguments, columns=query.columns)
            async with aclosing(copying) as batches:
                async for batch in batches:
                    yield batch

    def copy(self, sql: str, *arguments: object, columns: int) -> AsyncGenerator[Batch, None]:
        """Rows of a statement that streams, in batches; see `copying.copy_rows`."""
        return copy_rows(self._connection, sql, *arguments, columns=columns)

    async def copy_sorted(self, sql: str, *arguments: object, columns: int) -> AsyncGenerator[Batch, None]:
        """Rows of a statement that joins and sorts whole tables before its first row; see `copying.copy_rows`."""
        await self._connection.execute(SET_BASED)
        async with aclosing(self.copy(sql, *arguments, columns=columns)) as batches:
            async for batch in batches:
                yield batch
        await self._connection.execute(STREAMING)

    async def set_based(self, sql: str, *arguments: object) -> list[asyncpg.Record]:
        """All rows of a statement that goes over whole tables and yields few."""
        await self._connection.execute(SET_BASED)
        rows: list[asyncpg.Record] = await self._connection.fetch(sql, *arguments)
        await self._connection.execute(STREAMING)
        return rows


@asynccontextmanager
async def open_snapshot(pool: asyncpg.Pool) -> AsyncIterator[Snapshot]:
    """Open a snapshot on a connection of its own; it ends with the block.

    Args:
        pool: where the connection comes from; a read replica will do.
    """
    async with pool.acquire() as connection:
        transaction = connection.transaction(isolation="repeatable_read", readonly=True)
        await transaction.start()
        try:
            await connection.execute(SESSION)
            await connection.execute(STREAMING)
            token = await connection.fetchval("SELECT pg_current_snapshot()::text")
            snapshot = Snapshot(pool, connection, token)
            try:
                yield snapshot
            finally:
                await snapshot.close()
        except BaseException:
            # Rows may be on their way: the driver cannot always end a COPY that is left in the middle, and there is
            # nothing to roll back.
            _give_up(connection)
            raise
        await transaction.rollback()


async def inside_transaction(pool: asyncpg.Pool, connection: BulkConnection) -> Snapshot:
    """What a transaction sees of rows that it has written itself and nobody else can see.

    Args:
        pool: only kept; nothing is counted beside.
        connection: in a transaction; it plans as snapshots do from now on, until that ends.
    """
    await connection.execute(SESSION)
    await connection.execute(STREAMING)
    return Snapshot(pool, connection, "")


def _give_up(connection: BulkConnection) -> None:
    # A connection that was lost has gone back to the pool by itself, and its proxy says so. It must not be heard in
    # the place of what ended the block: a cancellation would look like an outage.
    with suppress(asyncpg.InterfaceError):
        connection.terminate()
