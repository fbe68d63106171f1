"""Answers that are files: their bytes go out as they are read, and whatever they are read from is closed."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


class FileStream(StreamingResponse):
    """An answer that sends chunks and then closes their source, also when the reader leaves halfway.

    Args:
        chunks: the bytes, in order.
        status: of the answer.
        media_type: of the bytes.
        headers: of the answer.
    """

    def __init__(
        self,
        chunks: AsyncGenerator[bytes, None],
        *,
        status: int = 200,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(chunks, status, headers, media_type)
        self._chunks = chunks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the chunks."""
        async with aclosing(self._chunks):
            await super().__call__(scope, receive, send)


async def closing(chunks: AsyncIterator[bytes], *first: bytes) -> AsyncGenerator[bytes, None]:
    """Yield what was taken already, then the rest; the source is closed with this generator."""
    try:
        for chunk in first:
            yield chunk
        # A reader may take its time over the rest, and what it has should not be kept so long.
        del first
        async for chunk in chunks:
            yield chunk
    finally:
        if isinstance(chunks, AsyncGenerator):
            await chunks.aclose()
