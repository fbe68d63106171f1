"""Keeps the embedded server running for as long as a process stands on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from storyarn_export.db.embedded import EmbeddedServer, EmbeddedServerError
from storyarn_export.domain.backoff import Backoff
from storyarn_export.domain.waiting import is_set_within

LOOK_SECONDS = 0.5
FIRST_RETRY_SECONDS = 0.5
LONGEST_RETRY_SECONDS = 30.0

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


@asynccontextmanager
async def kept_running(server: EmbeddedServer, url: str) -> AsyncIterator[None]:
    """Start the server again, for ever, whenever it has died while the block lasts.

    All processes on a data dir may do so: whoever comes first starts it, the others find it running.

    Args:
        server: started before.
        url: under which this process knows it.
    """
    leaving = asyncio.Event()
    keeping = asyncio.create_task(_keep(server, url, leaving), name="embedded server")
    try:
        yield
    finally:
        leaving.set()
        # A start that is on its way would leave a server behind that nobody stops.
        await keeping


async def _keep(server: EmbeddedServer, url: str, leaving: asyncio.Event) -> None:
    backoff = Backoff(first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS)
    wait_seconds = LOOK_SECONDS
    while not await is_set_within(leaving, wait_seconds):
        wait_seconds = LOOK_SECONDS
        try:
            if await asyncio.to_thread(server.status) is not None:
                continue
            log.error("embedded PostgreSQL has died")
            started = await asyncio.to_thread(server.start)
        except EmbeddedServerError as error:
            wait_seconds = backoff.next()
            log.error(  # noqa: TRY400 - the message says it all, and is on one line
                "embedded PostgreSQL does not start",
                error=str(error),
                next_try_in_seconds=round(wait_seconds, 1),
            )
            continue
        backoff.reset()
        log.warning("embedded PostgreSQL runs again", pid=started.pid)
        if started.url != url:
            log.error("another program has the port of PostgreSQL: restart this process", port=started.port)
