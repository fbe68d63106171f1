"""A proxy before an HTTP server whose requests and answers go wrong as a test wants it.

In a test: `async with fault_proxy(url) as proxy: proxy.plan(Fault.LOSE_ANSWER, "POST")`. As a process:
`python -m tests.factories.fault_proxy URL --percent 20 --seed 1` says `ready http://127.0.0.1:PORT` and runs until it
is killed.
"""

import argparse
import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

CHUNK_BYTES = 65536
MAX_HEAD_BYTES = 65536
BUSY = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>%s</Code><Message>Please wait.</Message></Error>'
)
ANSWER = b"HTTP/1.1 %s\r\nContent-Type: application/xml\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"


class Fault(StrEnum):
    """What can go wrong with a request."""

    REFUSE = "refuse"
    """The connection breaks before anything is read."""
    RESET_REQUEST = "reset-request"
    """The connection breaks when half of the request's body has passed."""
    RESET_ANSWER = "reset-answer"
    """The connection breaks in the midst of the answer."""
    LOSE_ANSWER = "lose-answer"
    """The server does the work; of its answer nothing arrives."""
    ERROR = "error"
    """500, and the server is not asked."""
    SLOW_DOWN = "slow-down"
    """503 as S3 says it, and the server is not asked."""
    DELAY = "delay"
    """It takes `delay_seconds` longer."""


@dataclass(slots=True)
class Planned:
    """Faults to come.

    Attributes:
        part: of the first line of the requests that are meant.
        skip: requests that get through before.
        times: requests that fail then.
    """

    fault: Fault
    part: str = ""
    skip: int = 0
    times: int = 1


@dataclass(slots=True)
class FaultProxy:
    """Passes requests on, one a connection.

    Attributes:
        server: base URL of the server.
        planned: faults to come; the first that means a request strikes.
        percent: of the other requests fail at random.
        kinds: of random faults.
        chance: chooses them.
        delay_seconds: of Fault.DELAY.
        down: whether every connection is refused.
        requests: first lines that came by.
        heads: their heads, whole.
        struck: faults that did.
        url: where it listens.
    """

    server: str
    planned: list[Planned] = field(default_factory=list)
    percent: float = 0
    kinds: Sequence[Fault] = tuple(Fault)
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - moments, no secrets
    delay_seconds: float = 0.05
    down: bool = False
    requests: list[str] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    struck: list[Fault] = field(default_factory=list)
    url: str = ""
    _serving: set[asyncio.Task[None]] = field(default_factory=set)
    _closing: bool = False

    def plan(self, fault: Fault, part: str = "", *, skip: int = 0, times: int = 1) -> None:
        """Let requests fail whose first line has this part."""
        self.planned.append(Planned(fault, part, skip, times))

    def fault_of(self, request: str) -> Fault | None:
        """What shall go wrong with it."""
        for one in self.planned:
            if one.part in request and one.times:
                if one.skip:
                    one.skip -= 1
                    break
                one.times -= 1
                return one.fault
        return self.chance.choice(self.kinds) if self.chance.uniform(0, 100) < self.percent else None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        task = asyncio.current_task()
        assert task is not None
        # The loop alone would let go of it when the connection breaks.
        self._serving.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                if self.down:
                    writer.transport.abort()
                else:
                    await self._pass(reader, writer)
        except asyncio.CancelledError:
            # The callback of the stream takes a task that ends cancelled for an error.
            if not self._closing:
                raise
        finally:
            writer.transport.abort() if self._closing else writer.close()
            self._serving.discard(task)

    async def close(self) -> None:
        """Break what is left of the connections."""
        self._closing = True
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        request = head.partition(b"\r\n")[0].decode()
        self.requests.append(request)
        self.heads.append(head.decode())
        fault = self.fault_of(request)
        if fault is not None:
            self.struck.append(fault)
        match fault:
            case Fault.REFUSE:
                writer.transport.abort()
                return
            case Fault.DELAY:
                await asyncio.sleep(self.delay_seconds)
        lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"expect:")]
        if len(lines) < head.count(b"\r\n") + 1:
            # The client waits with the body until it is asked for.
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            await writer.drain()
        length = _length(lines)
        if fault in {Fault.ERROR, Fault.SLOW_DOWN}:
            await _take(reader, length)
            status, code = (
                (b"500 Error", b"InternalError") if fault is Fault.ERROR else (b"503 Slow Down", b"SlowDown")
            )
            body = BUSY % code
            writer.write(ANSWER % (status, len(body), body))
            await writer.drain()
            return
        await self._exchange(b"\r\n".join(lines), length, fault, reader, writer)

    async def _exchange(
        self,
        head: bytes,
        length: int,
        fault: Fault | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        place = urlsplit(self.server)
        from_server, to_server = await asyncio.open_connection(place.hostname, place.port)
        try:
            to_server.write(head)
            passes = length // 2 if fault is Fault.RESET_REQUEST else length
            await _copy(reader, to_server, passes)
            if fault is Fault.RESET_REQUEST:
                to_server.transport.abort()
                writer.transport.abort()
            elif fault is Fault.LOSE_ANSWER:
                await from_server.read()
                writer.transport.abort()
            elif fault is Fault.RESET_ANSWER:
                answer = await from_server.read(CHUNK_BYTES)
                writer.write(answer[: len(answer) // 2])
                await writer.drain()
                writer.transport.abort()
            else:
                await _copy(from_server, writer, None)
        finally:
            to_server.close()


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter, length: int | None) -> None:
    left = length
    while left is None or left:
        chunk = await source.read(CHUNK_BYTES if left is None else min(left, CHUNK_BYTES))
        # The other side may have gone meanwhile; uvloop takes bytes for it as a fault of the program.
        if not chunk or target.is_closing():
            return
        target.write(chunk)
        await target.drain()
        left = None if left is None else left - len(chunk)


async def _take(source: asyncio.StreamReader, length: int) -> None:
    while length:
        chunk = await source.read(min(length, CHUNK_BYTES))
        if not chunk:
            return
        length -= len(chunk)


def _length(lines: Sequence[bytes]) -> int:
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


@asynccontextmanager
async def fault_proxy(server: str) -> AsyncIterator[FaultProxy]:
    """A proxy on a free port, while the block lasts; nothing goes wrong until it is told so."""
    proxy = FaultProxy(server)
    listener = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, limit=MAX_HEAD_BYTES)
    proxy.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    try:
        yield proxy
    finally:
        listener.close()
        await proxy.close()


async def _main(server: str, percent: float, seed: int) -> None:
    async with fault_proxy(server) as proxy:
        proxy.percent, proxy.chance = percent, random.Random(seed)  # noqa: S311 - moments, no secrets
        print(f"ready {proxy.url}", flush=True)  # noqa: T201 - whoever started it reads this
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("server")
    parser.add_argument("--percent", type=float, default=0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    asyncio.run(_main(given.server, given.percent, given.seed))
