"""A file that is compressed while it is written."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from storyarn_export.domain.story import Kind
from storyarn_export.exports.document import Document, Stop
from storyarn_export.serializers.writing.packing import Packer

# Of a document for each of the compressed file, about.
EXPECTED_RATIO = 8


class Compressed:
    """A document being written and compressed; like a `Document`.

    Compressing happens in a thread, so that the event loop goes on. Memory: as of the packer.

    Args:
        document: writes what is to be compressed.
        packer: compresses it; as it was at the document's start.
        begun: whether an earlier writer has begun the file.
    """

    def __init__(self, document: Document, packer: Packer, *, begun: bool) -> None:
        self._document = document
        self._packer = packer
        self._begun = begun

    @property
    def written(self) -> Mapping[Kind, int]:
        """Rows taken so far, by kind; the last of them may wait in the packer for a block to be full."""
        return self._document.written

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the file's bytes in order; to be closed by whoever leaves early, before the snapshot is."""
        begins = b"" if self._begun else self._packer.begin()
        if begins:
            yield begins
        async with aclosing(self._document.pieces()) as pieces:
            async for piece in pieces:
                packed = await asyncio.to_thread(self._packer.feed, piece)
                if packed:
                    yield packed
        yield await asyncio.to_thread(self._packer.finish)

    def stop(self) -> Stop | None:
        """Where a writer could stop after the last piece; None where only structure has been written."""
        return self._document.stop()

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the pieces yielded so far, beside `stop`; plain JSON."""
        return {**self._document.state(), "packed": self._packer.state()}
