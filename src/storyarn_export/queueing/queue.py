"""Entries of the queue, in the transaction of whoever makes them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from uuid import UUID

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from psycopg import AsyncConnection
from psycopg.rows import TupleRow
from psycopg_pool import AsyncNullConnectionPool
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.domain.errors import ServiceUnavailableError
from storyarn_export.queueing.connector import LOOK, SteadyConnector
from storyarn_export.queueing.job_manager import SteadyJobManager
from storyarn_export.queueing.statements import statement

EXPORTS = "exports"
IMPORTS = "imports"
MAINTENANCE = "maintenance"

RUN_EXPORT = "run_export"
RUN_IMPORT = "run_import"
CLEAN_UP = "clean_up"
VERIFY_EXPORT = "verify_export"

# A clean-up goes before the verifications that wait for the same places; there is one at a time, and it is quick.
CLEAN_UP_PRIORITY = 1

# An entry that waits may be taken between the moment it stands in our way and the moment we look for it.
MAX_ENQUEUE_TRIES = 3
WAITING = text(statement("waiting"))
END = text(statement("end"))
TELL_PLACE = text(statement("tell_place_of"))


class Queue:
    """The queue as processes see it that put entries in; workers hand its `app` to their handlers.

    Args:
        database_url: PostgreSQL URL, any driver.
        pool_size: connections of the app at most; entries are made over the connections of callers.
        application_name: shown in pg_stat_activity.
        limits: entries that run at a time in all processes together, by queue; a queue that is not named has no
            limit. For workers; who only puts entries in needs none.
    """

    def __init__(
        self,
        database_url: str,
        *,
        pool_size: int,
        application_name: str,
        limits: Mapping[str, int] | None = None,
    ) -> None:
        self.limits = dict(limits or {})
        self._connector = SteadyConnector(database_url, size=pool_size, application_name=application_name)
        self._pool: AsyncNullConnectionPool[AsyncConnection[TupleRow]] | None = None
        self._manager = SteadyJobManager(self._connector, self.limits)
        self.app = procrastinate.App(connector=self._connector)
        self.app.job_manager = self._manager

    @property
    def listening(self) -> frozenset[str]:
        """The queues whose new entries this process hears of at present."""
        return frozenset(channel.rpartition("#")[2] for channel in self._connector.heard)

    @property
    def beats(self) -> tuple[float, ...]:
        """When, by the monotonic clock, each worker of this process last gave a sign of life."""
        return self._manager.beats

    async def open(self) -> None:
        """Make the app ready for workers. No connection is made before it is needed."""
        self._pool = self._connector.new_pool()
        await self._pool.open()
        await self.app.open_async(self._pool)

    async def close(self) -> None:
        """Close the connections of the app."""
        if self._pool is not None:
            await self._pool.close()
            self._pool = None

    async def enqueue_export(self, session: AsyncSession, job_id: UUID, *, delay_seconds: float = 0) -> int:
        """Have a worker run this export, once the caller's transaction is committed.

        An export has one waiting entry at most: if there is one already, it is the answer.

        Args:
            session: whose transaction the entry becomes part of.
            job_id: of the export.
            delay_seconds: how long no worker shall take it.

        Returns:
            The id of the queue entry.

        Raises:
            ServiceUnavailableError: the database does not answer.
        """
        return await self._enqueue(session, EXPORTS, RUN_EXPORT, job_id, delay_seconds)

    async def enqueue_import(self, session: AsyncSession, job_id: UUID, *, delay_seconds: float = 0) -> int:
        """Have a worker read or execute this import; as `enqueue_export`."""
        return await self._enqueue(session, IMPORTS, RUN_IMPORT, job_id, delay_seconds)

    async def enqueue_verification(
        self, session: AsyncSession, job_id: UUID, *, delay_seconds: float = 0
    ) -> int:
        """Have a worker verify the file of this export; as `enqueue_export`."""
        return await self._enqueue(session, MAINTENANCE, VERIFY_EXPORT, job_id, delay_seconds)

    async def enqueue_clean_up(self, session: AsyncSession) -> None:
        """Have a worker clean up, once the caller's transaction is committed; one waits at most.

        Args:
            session: whose transaction the entry becomes part of.

        Raises:
            ServiceUnavailableError: the database does not answer.
        """
        with _our_errors(), suppress(AlreadyEnqueued):
            async with session.begin_nested():
                entry = self.app.configure_task(
                    CLEAN_UP,
                    queue=MAINTENANCE,
                    queueing_lock=CLEAN_UP,
                    priority=CLEAN_UP_PRIORITY,
                    connection=await _driver_connection(session),
                )
                await entry.defer_async()

    async def cancel(self, session: AsyncSession, queue_job_id: int, *, abort: bool) -> bool:
        """Take an entry out of the queue, once the caller's transaction is committed.

        Args:
            session: whose transaction this becomes part of.
            queue_job_id: as it was returned when the entry was made.
            abort: if it runs, have its worker cancel it.

        Returns:
            Whether there is something to cancel: it waited, or it runs and `abort` is set.

        Raises:
            ServiceUnavailableError: the database does not answer.
        """
        with _our_errors():
            return await self.app.job_manager.cancel_job_by_id_async(
                queue_job_id, abort=abort, connection=await _driver_connection(session)
            )

    async def end(self, session: AsyncSession, queue_job_id: int, status: str) -> None:
        """End an entry in the place of its worker, which is dead; its place in the queue is free with the commit.

        Args:
            session: whose transaction this becomes part of.
            queue_job_id: of an entry that waits or runs.
            status: `failed` or `aborted`.
        """
        await session.execute(END, {"entry": queue_job_id, "status": status})
        await session.execute(TELL_PLACE, {"entry": queue_job_id, "look": LOOK})

    async def _enqueue(
        self, session: AsyncSession, queue: str, task: str, job_id: UUID, delay_seconds: float
    ) -> int:
        lock = f"{task}:{job_id}"
        for _ in range(MAX_ENQUEUE_TRIES):
            try:
                with _our_errors():
                    # The savepoint keeps the caller's transaction usable when the entry is refused.
                    async with session.begin_nested():
                        entry = self.app.configure_task(
                            task,
                            queue=queue,
                            queueing_lock=lock,
                            schedule_in={"seconds": delay_seconds} if delay_seconds else None,
                            connection=await _driver_connection(session),
                        )
                        return await entry.defer_async(job_id=str(job_id))
            except AlreadyEnqueued:
                waiting = await session.scalar(WAITING, {"queueing_lock": lock})
                if waiting is not None:
                    return int(waiting)
        raise ServiceUnavailableError("The queue did not take the job.")


async def _driver_connection(session: AsyncSession) -> AsyncConnection[TupleRow]:
    """The psycopg connection under a session, its transaction begun."""
    raw = await (await session.connection()).get_raw_connection()
    connection = raw.driver_connection
    if not isinstance(connection, AsyncConnection):
        raise TypeError(f"the queue needs a session over psycopg, not {type(connection).__name__}")
    return connection


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except ConnectorException as error:
        raise ServiceUnavailableError("The queue does not answer.") from error
