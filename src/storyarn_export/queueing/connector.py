"""Connections of the queue that outlive a restart of the database."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from procrastinate.connector import Notify
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.sync_psycopg_connector import wrap_exceptions
from psycopg import AsyncConnection, Error
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier
from psycopg_pool import AsyncNullConnectionPool

from storyarn_export.db.session import CONNECT_TIMEOUT_SECONDS, IDLE_LIMIT, KEEPALIVES
from storyarn_export.db.urls import plain_url
from storyarn_export.domain.backoff import Backoff

FIRST_RETRY_SECONDS = 0.05
# A job that comes when the database is back waits for the next try.
LONGEST_RETRY_SECONDS = 0.5
# A listening connection that is silent so long is asked whether it still lives, and has so long to answer.
SILENCE_SECONDS = 10.0
ANSWER_SECONDS = 5.0
# Says "look"; a worker looks at the queue, not at the number.
LOOK = json.dumps({"type": "job_inserted", "job_id": 0})

log = structlog.get_logger(__name__)


class SteadyConnector(PsycopgConnector):
    """Opens a connection for each operation and keeps listening for ever.

    A pool of kept connections is no gain here (a job costs three operations) and a loss after a restart of the
    database: it hands out its dead connections first, and waits ever longer between its tries at new ones.

    Args:
        database_url: PostgreSQL URL, any driver.
        size: connections at a time for operations; each queue that is listened to takes one more.
        application_name: shown in pg_stat_activity.
    """

    def __init__(self, database_url: str, *, size: int, application_name: str) -> None:
        super().__init__()
        self._size = size
        self._operations = _conninfo(database_url, application_name, options=IDLE_LIMIT)
        self._listening = _conninfo(database_url, f"{application_name}-listener")
        self._heard: set[str] = set()

    @property
    def heard(self) -> frozenset[str]:
        """The channels that are listened to at present."""
        return frozenset(self._heard)

    def new_pool(self) -> AsyncNullConnectionPool[AsyncConnection[TupleRow]]:
        """The connections for operations, not yet open. None is made before it is needed."""
        return AsyncNullConnectionPool(
            self._operations,
            open=False,
            max_size=self._size,
            timeout=CONNECT_TIMEOUT_SECONDS,
            kwargs={"autocommit": True},
        )

    async def execute_together_async(
        self, *statements: tuple[str, Mapping[str, object]]
    ) -> dict[str, Any] | None:
        """Run statements as one transaction, sent in one go; the first row of the last one, None when it has none.

        A process that is frozen in the middle keeps no locks: the server has got everything, or nothing yet.
        """
        with wrap_exceptions():
            async with self._get_cursor() as cursor:
                async with cursor.connection.pipeline():
                    for statement, values in statements[:-1]:
                        await cursor.connection.execute(statement.encode(), values)
                    statement, values = statements[-1]
                    await cursor.execute(statement.encode(), values)
                # The block has waited for the commit.
                row: dict[str, Any] | None = await cursor.fetchone()
        return row

    async def listen_notify(self, on_notification: Notify, channels: Iterable[str]) -> None:
        """Pass notifications on until cancelled; connects again whenever the connection is lost.

        What was said while nobody listened is lost, so that each time it begins to listen it says "look" itself.
        """
        names = tuple(channels)
        backoff = Backoff(first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS)
        heard = True
        while True:
            try:
                async with await AsyncConnection.connect(self._listening, autocommit=True) as connection:
                    for name in names:
                        await connection.execute(SQL("LISTEN {}").format(Identifier(name)))
                    if not heard:
                        log.info("queue listener hears again", channels=names)
                    heard = True
                    self._heard.update(names)
                    backoff.reset()
                    for name in names:
                        await on_notification(channel=name, payload=LOOK)
                    await self._pass_on(connection, on_notification)
            except (Error, OSError, TimeoutError) as error:
                if heard:
                    log.warning("queue listener hears nothing", channels=names, error=repr(error))
                heard = False
            finally:
                self._heard.difference_update(names)
            await asyncio.sleep(backoff.next())

    async def _pass_on(self, connection: AsyncConnection[TupleRow], on_notification: Notify) -> None:
        while True:
            async for notification in connection.notifies(timeout=SILENCE_SECONDS):
                await on_notification(channel=notification.channel, payload=notification.payload)
            async with asyncio.timeout(ANSWER_SECONDS):
                await connection.execute("SELECT 1")


def _conninfo(database_url: str, application_name: str, **more: str) -> str:
    return make_conninfo(
        plain_url(database_url),
        application_name=application_name,
        connect_timeout=CONNECT_TIMEOUT_SECONDS,
        **KEEPALIVES,
        **more,
    )
