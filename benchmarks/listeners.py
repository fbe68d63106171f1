"""`python -m benchmarks.listeners`: many readers of event streams in one process, as cheap as they can be.

They run on the cores of what is measured, so that they look for nothing but the end of a frame and a terminal event.
What to read comes as JSON on stdin. `connected` on stdout says that every stream has told its first state; the last
line is what came of them.
"""

import asyncio
import re
import sys
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import cast
from urllib.parse import urlsplit

import orjson
import uvloop

CONNECT_SECONDS = 60.0
READ_SECONDS = 300.0
AT_A_TIME = 20
"""Streams that are opened at once: a burst of all of them would measure the opening."""
FRAME_END = b"\n\n"
TERMINAL = re.compile(rb"event: (completed|failed|cancelled)\n")
COMPLETED_AT = re.compile(rb'"completed_at":"([^"]+)"')


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of the streams.

    Attributes:
        lags: seconds from the job's own `completed_at` to the arrival of the event that says so, of each that got it.
        missing: streams that got none.
        events: frames with an event, of all streams.
    """

    lags: list[float]
    missing: int
    events: int


@dataclass(slots=True)
class Reader(asyncio.Protocol):
    """One stream.

    Attributes:
        request: what is sent.
        first: done with the first event.
        ended: done with the terminal event, or with the connection.
        lag: seconds; None until the terminal event.
    """

    request: bytes
    first: asyncio.Future[None]
    ended: asyncio.Future[None]
    lag: float | None = None
    events: int = 0
    _kept: bytearray = field(default_factory=bytearray)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        # Those of uvloop are none of asyncio's classes.
        cast("asyncio.WriteTransport", transport).write(self.request)

    def data_received(self, data: bytes) -> None:
        """Take the frames that are whole."""
        arrived = time.time()
        self._kept += data
        whole, end, rest = self._kept.rpartition(FRAME_END)
        if not end:
            return
        self._kept = rest
        for frame in whole.split(FRAME_END):
            if b"event: " in frame:
                self.events += 1
                self._take(bytes(frame), arrived)

    def connection_lost(self, _: Exception | None) -> None:
        """Nothing comes any more."""
        for waited in (self.first, self.ended):
            if not waited.done():
                waited.set_result(None)

    def _take(self, frame: bytes, arrived: float) -> None:
        if not self.first.done():
            self.first.set_result(None)
        if TERMINAL.search(frame) and (moment := COMPLETED_AT.search(frame)):
            self.lag = arrived - datetime.fromisoformat(moment[1].decode()).timestamp()
            if not self.ended.done():
                self.ended.set_result(None)


async def listen(base_url: str, streams: list[dict[str, str]]) -> Heard:
    """Read streams until all have ended.

    Args:
        base_url: of the API.
        streams: `path` and `token` of each.

    Raises:
        TimeoutError: not all were open within CONNECT_SECONDS.
    """
    place = urlsplit(base_url)
    loop = asyncio.get_running_loop()
    opening = asyncio.Semaphore(AT_A_TIME)

    async def open_one(path: str, token: str) -> Reader:
        head = f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
        reader = Reader(head.encode(), loop.create_future(), loop.create_future())
        async with opening:
            await loop.create_connection(lambda: reader, place.hostname or "", place.port or 80)
            await reader.first
        return reader

    async with asyncio.timeout(CONNECT_SECONDS):
        readers = await asyncio.gather(*(open_one(**stream) for stream in streams))
    print("connected", flush=True)
    await asyncio.wait([reader.ended for reader in readers], timeout=READ_SECONDS)
    lags = [reader.lag for reader in readers if reader.lag is not None]
    return Heard(lags, len(readers) - len(lags), sum(reader.events for reader in readers))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        heard = runner.run(listen(**orjson.loads(sys.stdin.buffer.readline())))
    print(orjson.dumps(asdict(heard)).decode(), flush=True)
