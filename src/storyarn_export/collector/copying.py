"""COPY as a stream that the reader pulls."""

import asyncio
from collections.abc import AsyncGenerator

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.story import Batch

# The rows are JSON, numbers and words, in which control characters never stand raw. With one of them as the quote, CSV
# has nothing to escape, while COPY's own text format would double every backslash. It quotes one thing: a JSON null,
# to tell it from NULL, which is shown as the same.
QUOTE = "\x01"
NULL = "null"
# Each read of the socket gives whole rows: 8 KiB while the reader is the faster, up to 256 KiB while the server is.
# What a batch costs beside its rows is little against this many bytes of them, and more make no difference.
CHUNK_BYTES = 64 * 1024
# Chunks that wait for the reader.
CHUNKS_AHEAD = 2
# For a query that is left early to end; its connection is given up whether it has or not.
LEAVE_SECONDS = 2.0


async def copy_rows(
    connection: BulkConnection, query: str, *arguments: object, columns: int
) -> AsyncGenerator[Batch, None]:
    """Run a query through COPY and yield its rows in its order, in batches as they arrive.

    While one batch is turned into bytes the next is on its way: the server fills the socket meanwhile. A reader
    that stops pulling stops the server; one that leaves ends the query.

    Args:
        connection: a connection that nothing else uses until the iterator is exhausted or closed.
        query: a SELECT of JSON, numbers and words; the first column is the tag. NULL is yielded as `null`.
        arguments: the query's parameters.
        columns: how many columns the query has.

    Yields:
        Batches of whole rows. Memory: CHUNKS_AHEAD + 2 chunks of CHUNK_BYTES, or of one read of the socket or one row
        where that is larger.
    """
    chunks: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=CHUNKS_AHEAD)
    joining = _Joining(chunks)

    async def fill() -> None:
        try:
            await connection.copy_from_query(
                query,
                *arguments,
                output=joining.add,
                format="csv",
                delimiter="\t",
                quote=QUOTE,
                escape=QUOTE,
                null=NULL,
            )
            await joining.flush()
        finally:
            if not left:
                await chunks.put(None)

    left = False
    filling = asyncio.create_task(fill())
    filling.add_done_callback(_look_away)
    try:
        while (chunk := await chunks.get()) is not None:
            # Cut at every column at once, then dealt out: no object a row is made.
            cut = chunk.replace(b"\n", b"\t").replace(QUOTE.encode(), b"").split(b"\t")
            cut.pop()
            yield Batch(cut[0::columns], tuple(cut[n::columns] for n in range(1, columns)))
        await filling
    finally:
        left = True
        if not filling.done():
            filling.cancel()
            while not chunks.empty():
                chunks.get_nowait()
            await asyncio.wait([filling], timeout=LEAVE_SECONDS)


class _Joining:
    """Joins what single reads gave until it is worth a batch.

    Args:
        chunks: takes what has been joined.
    """

    def __init__(self, chunks: "asyncio.Queue[bytes | None]") -> None:
        self._chunks = chunks
        self._parts: list[bytes] = []
        self._size = 0

    async def add(self, part: bytes) -> None:
        if self._size + len(part) > CHUNK_BYTES:
            await self.flush()
        self._parts.append(part)
        self._size += len(part)

    async def flush(self) -> None:
        if self._parts:
            chunk, self._parts, self._size = b"".join(self._parts), [], 0
            await self._chunks.put(chunk)


def _look_away(filling: asyncio.Task[None]) -> None:
    # Cut off in the middle it may end with any error, and whoever left does not want to know.
    if not filling.cancelled():
        filling.exception()
