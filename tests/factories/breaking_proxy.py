"""A proxy whose connections break where a test wants it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

CHUNK_BYTES = 4096
FIRST_LINE_ENDS = " HTTP/1.1\r\n"


@dataclass(slots=True)
class BreakingProxy:
    """Passes bytes on to a server.

    Attributes:
        server: base URL of the server.
        breaks: for a part of a request's first line, how many bytes of each answer get through, in turn;
            once a list is empty, such answers come whole.
        stalls: whether an answer stops without an end where it would break.
        requests: what came by, each with its head.
        broken: set when an answer has broken or stopped.
    """

    server: str
    breaks: dict[str, list[int]]
    stalls: bool
    requests: list[str] = field(default_factory=list)
    broken: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: requests go up one by one, answers come down until one of them breaks."""
        place = urlsplit(self.server)
        server_reader, server_writer = await asyncio.open_connection(place.hostname, place.port)
        connection = _Connection(self, reader, writer, server_reader, server_writer)
        answers = asyncio.create_task(connection.pass_down())
        with suppress(ConnectionError):
            await connection.pass_up()
        answers.cancel()
        await asyncio.wait((answers,))
        writer.close()
        server_writer.close()

    def lets_through(self, request: str) -> int | None:
        """Bytes of the answer to this request that get through; None: all."""
        for part, left in self.breaks.items():
            if part in request.partition("\r\n")[0] and left:
                return left.pop(0)
        return None


@dataclass(slots=True)
class _Connection:
    proxy: BreakingProxy
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    server_reader: asyncio.StreamReader
    server_writer: asyncio.StreamWriter
    left: int | None = None

    async def pass_up(self) -> None:
        while chunk := await self.reader.read(CHUNK_BYTES):
            text = chunk.decode(errors="replace")
            if FIRST_LINE_ENDS in text:
                self.proxy.requests.append(text)
                self.left = self.proxy.lets_through(text)
            self.server_writer.write(chunk)
            await self.server_writer.drain()

    async def pass_down(self) -> None:
        while chunk := await self.server_reader.read(CHUNK_BYTES):
            passed = chunk if self.left is None else chunk[: self.left]
            self.writer.write(passed)
            await self.writer.drain()
            if self.left is not None:
                self.left -= len(passed)
            if self.left == 0:
                self.proxy.broken.set()
                if self.proxy.stalls:
                    return
                break
        self.writer.close()


@dataclass(frozen=True, slots=True)
class RunningProxy:
    """A proxy and where it listens."""

    url: str
    proxy: BreakingProxy

    @property
    def requests(self) -> list[str]:
        """As `BreakingProxy`."""
        return self.proxy.requests


@asynccontextmanager
async def breaking_proxy(
    server: str, breaks: dict[str, list[int]], *, stalls: bool = False
) -> AsyncIterator[RunningProxy]:
    """A proxy on a free port, while the block lasts."""
    proxy = BreakingProxy(server, breaks, stalls)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield RunningProxy(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", proxy)
    finally:
        listener.close()
