"""COPY as a stream that the reader pulls."""

import asyncio
from collections.abc import AsyncGenerator

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.story import Batch

# The rows are JSON and words, in which control characters never stand raw. With one of them as the quote, CSV has
# nothing to quote or escape, while COPY's own text format would double every backslash.
QUOTE = "\x01"
# Chunks that wait for the reader; each is what one read of the socket gave, about 256 KiB, and whole rows.
CHUNKS_AHEAD = 2


async def copy_rows(
    connection: BulkConnection, query: str, *arguments: object, columns: int = 2
) -> AsyncGenerator[Batch, None]:
    """Run a query through COPY and yield its rows in its order, in batches as they arrive.

    While one batch is turned into bytes the next is on its way: the server fills the socket meanwhile. A reader
    that stops pulling stops the server; one that leaves ends the query.

    Args:
        connection: a connection that nothing else uses until the iterator is exhausted or closed.
        query: a SELECT whose columns are never NULL and are words or JSON.
        arguments: the query's parameters.
        columns: how many columns the query has; the first is the tag, the second the body.

    Yields:
        Batches of whole rows. Memory: CHUNKS_AHEAD + 2 chunks, or one row where that is larger.
    """
    chunks: asyncio.Queue[bytes | None] = asyncio.Queue(maxsize=CHUNKS_AHEAD)

    async def fill() -> None:
        try:
            await connection.copy_from_query(
                query, *arguments, output=chunks.put, format="csv", delimiter="\t", quote=QUOTE, escape=QUOTE
            )
        finally:
            await chunks.put(None)

    filling = asyncio.create_task(fill())
    try:
        while (chunk := await chunks.get()) is not None:
            # Cut at every column at once, then dealt out: no object a row is made.
            cut = bytes(chunk).replace(b"\n", b"\t").split(b"\t")
            cut.pop()
            yield Batch(cut[0::columns], cut[1::columns], tuple(cut[n::columns] for n in range(2, columns)))
        await filling
    finally:
        if not filling.done():
            filling.cancel()
            while not chunks.empty():
                chunks.get_nowait()
            # Cut off in the middle it may end with any error; whoever left does not want to know.
            await asyncio.gather(filling, return_exceptions=True)
