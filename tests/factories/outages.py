"""Outages of the database: connections cut by the server, and a server that is away for a while."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

import asyncpg

CHUNK_BYTES = 16384
LOOK_AGAIN_SECONDS = 0.02

CUT = """
SELECT count(pg_terminate_backend(pid))
FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE $1 AND pid <> pg_backend_pid()
"""


async def cut(bulk: asyncpg.Pool, application_name: str) -> int:
    """End all connections of an application (a LIKE pattern) to this test's database, and count them."""
    count: int = await bulk.fetchval(CUT, application_name)
    return count


async def eventually(holds: Callable[[], Awaitable[bool]], *, within_seconds: float = 10) -> None:
    """Wait for a state of the database that nothing tells of."""
    give_up_at = time.monotonic() + within_seconds
    while not await holds():
        assert time.monotonic() < give_up_at, "it never came true"
        await asyncio.sleep(LOOK_AGAIN_SECONDS)


class Gateway:
    """A way to the server that can be closed: open connections break, new ones are refused."""

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        self._server = (parts.hostname, parts.port)
        self._parts = parts
        self._listening: asyncio.Server | None = None
        self._port = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self._last_words: bytes | None = None

    @property
    def url(self) -> str:
        login = self._parts.netloc.rpartition("@")[0]
        return urlunsplit(self._parts._replace(netloc=f"{login}@127.0.0.1:{self._port}"))

    async def open(self) -> None:
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._listening.sockets[0].getsockname()[1]

    def close(self) -> None:
        assert self._listening is not None
        self._listening.close()
        for writer in self._writers:
            writer.transport.abort()

    def break_after(self, words: bytes) -> None:
        """Break the next connection that says these words, once the server has done what they say."""
        self._last_words = words

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection(*self._server)
        ends = {writer, up_writer}
        self._writers |= ends
        try:
            async with asyncio.TaskGroup() as ways:
                ways.create_task(self._to_server(reader, up_writer, writer))
                ways.create_task(_pass_on(up_reader, writer))
        finally:
            self._writers -= ends

    async def _to_server(
        self, reader: asyncio.StreamReader, up_writer: asyncio.StreamWriter, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while chunk := await reader.read(CHUNK_BYTES):
                if self._last_words is not None and self._last_words in chunk:
                    self._last_words = None
                    writer.transport.abort()
                up_writer.write(chunk)
                await up_writer.drain()
        except ConnectionError:
            return
        finally:
            up_writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(CHUNK_BYTES):
            writer.write(chunk)
            await writer.drain()
    except ConnectionError:
        return
    finally:
        writer.close()


@asynccontextmanager
async def gateway(database_url: str) -> AsyncIterator[Gateway]:
    """An open gateway, while the block lasts."""
    made = Gateway(database_url)
    await made.open()
    try:
        yield made
    finally:
        made.close()
