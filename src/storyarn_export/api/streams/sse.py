"""The wire format of Server-Sent Events, and the answer that carries them."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from storyarn_export.api.streams.gate import StreamGate, StreamKind

KEEP_ALIVE = b": keep-alive\n\n"
# Browsers wait this long before they connect again; their own default varies.
RETRY = b"retry: 1000\n\n"
# A reader that takes nothing for so long is gone, whatever its connection says.
SEND_SECONDS = 60
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event_frame(name: str, *, event_id: int, data: str) -> bytes:
    """One event.

    Args:
        name: of the event.
        event_id: what a client sends back as Last-Event-ID.
        data: JSON on one line.
    """
    return f"id: {event_id}\nevent: {name}\ndata: {data}\n\n".encode()


def parse_last_event_id(header: str | None) -> int | None:
    """The id of the last event that a client has; None when it has none, or says nonsense."""
    sane = header is not None and header.isascii() and header.isdigit() and len(header) < len(str(2**63))
    return int(header) if header is not None and sane else None


class EventStream(StreamingResponse):
    """An answer that sends frames until they end, the reader leaves, the server stops, or it has lasted long enough.

    Args:
        frames: the frames; closed in every case.
        gate: which the stream passes.
        kind: of the stream.
        token_id: whose stream it is.
    """

    media_type = "text/event-stream"

    def __init__(
        self, frames: AsyncGenerator[bytes, None], gate: StreamGate, kind: StreamKind, token_id: str
    ) -> None:
        super().__init__(_for_a_while(frames, gate.longest_seconds), headers=HEADERS)
        self._frames = frames
        self._gate = gate
        self._kind = kind
        self._token_id = token_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the frames.

        Raises:
            TimeoutError: the reader took nothing for SEND_SECONDS.
        """

        async def send_bounded(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        with self._gate.pass_through(self._kind, self._token_id):
            async with aclosing(self._frames):
                await super().__call__(scope, receive, send_bounded)


async def _for_a_while(frames: AsyncGenerator[bytes, None], seconds: float) -> AsyncGenerator[bytes, None]:
    """Yield frames for so long; whoever reads comes again and goes on with the last id."""
    until = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            async with asyncio.timeout_at(until):
                frame = await anext(frames, None)
        except TimeoutError:
            return
        if frame is None:
            return
        yield frame
