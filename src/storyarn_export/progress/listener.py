"""The one connection of a process that hears of changes."""

import asyncio

import asyncpg
import structlog
from asyncpg.pool import PoolConnectionProxy

from storyarn_export.db.session import CONNECT_TIMEOUT_SECONDS
from storyarn_export.db.urls import plain_url
from storyarn_export.domain.backoff import Backoff
from storyarn_export.progress.broadcaster import Broadcaster
from storyarn_export.progress.change import CHANNEL, JobChange

FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 2.0
# A connection is asked so often whether it still lives, and has so long to answer: a network may drop it silently.
ASK_SECONDS = 10.0
ANSWER_SECONDS = 5.0
CLOSE_SECONDS = 2.0
APPLICATION_NAME = "storyarn-listener"

log = structlog.get_logger(__name__)


class JobListener:
    """Feeds a broadcaster, and connects again for ever when the connection is lost.

    What happened while nobody listened is not known: each time it begins to listen, subscribers are told to look
    at everything.

    Args:
        database_url: PostgreSQL URL, any driver, of the server itself: a transaction pooler forgets who listens.
        broadcaster: to be fed.
    """

    def __init__(self, database_url: str, broadcaster: Broadcaster) -> None:
        self._url = plain_url(database_url)
        self._broadcaster = broadcaster
        self._connected = False
        self._told = False

    @property
    def connected(self) -> bool:
        """Whether changes are heard at present."""
        return self._connected

    async def run(self) -> None:
        """Listen until cancelled."""
        backoff = Backoff(first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS)
        while True:
            try:
                await self._listen(backoff)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as error:
                self._tell_loss(repr(error))
            await asyncio.sleep(backoff.next())

    async def _listen(self, backoff: Backoff) -> None:
        """Connect and listen until the connection is lost."""
        connection = await asyncpg.connect(
            self._url,
            timeout=CONNECT_TIMEOUT_SECONDS,
            command_timeout=ANSWER_SECONDS,
            server_settings={"application_name": APPLICATION_NAME},
        )
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        try:
            await connection.add_listener(CHANNEL, self._hear)
            self._connected = True
            if self._told:
                log.info("job listener hears again")
            self._told = False
            backoff.reset()
            self._broadcaster.resync()
            await self._stay(connection, lost)
        finally:
            self._connected = False
            await _close(connection)

    async def _stay(self, connection: asyncpg.Connection, lost: asyncio.Event) -> None:
        while not lost.is_set():
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    await lost.wait()
            except TimeoutError:
                await connection.execute("SELECT 1")
        self._tell_loss("the server has closed the connection")

    def _tell_loss(self, error: str) -> None:
        # Once an outage, not once a try.
        if not self._told:
            log.warning("job listener hears nothing", error=error)
        self._told = True

    def _hear(
        self, _: asyncpg.Connection | PoolConnectionProxy, _pid: int, _channel: str, payload: object
    ) -> None:
        try:
            change = JobChange.from_payload(str(payload))
        except ValueError as error:
            log.warning("not a change of a job", payload=str(payload)[:200], error=str(error))
            return
        self._broadcaster.publish(change)


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=CLOSE_SECONDS)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
        connection.terminate()
