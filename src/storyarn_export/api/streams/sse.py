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
        super().__init__(frames, headers=HEADERS)
        self._frames = frames
        self._gate = gate
        self._kind = kind
        self._token_id = token_id

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send the frames.

        Raises:
            TimeoutError: the reader took nothing for SEND_SECONDS.
        """
        with self._gate.pass_through(self._kind, self._token_id):
            async with aclosing(self._frames):
                sending = asyncio.create_task(self._send(send))
                leaving = asyncio.create_task(_left(receive))
                try:
                    await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
                finally:
                    left = not sending.done()
                    for task in (sending, leaving):
                        task.cancel()
                    await asyncio.wait((sending, leaving))
                if not left:
                    sending.result()

    async def _send(self, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await _bounded(send, start)
        # Then whoever reads comes again with a good token, and goes on with the last id.
        whole = asyncio.timeout(self._gate.longest_seconds)
        try:
            async with whole:
                async for frame in self._frames:
                    await _bounded(send, {"type": "http.response.body", "body": frame, "more_body": True})
        except TimeoutError:
            if not whole.expired():
                raise
        await _bounded(send, {"type": "http.response.body", "body": b"", "more_body": False})


async def _bounded(send: Send, message: Message) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await send(message)


async def _left(receive: Receive) -> None:
    """Waits until the reader is gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
