"""A stored file as parsers read it: in their thread, while the event loop fetches the bytes."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storyarn_export.imports.bundle import DOCUMENT, Bundle, open_bundle
from storyarn_export.parsers.guard import Limits
from storyarn_export.storage.contract import Storage

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Bytes that a parser takes at a time.
READ_BYTES = 256 * 1024


class StoredSource(io.RawIOBase):
    """Bytes from an event loop. Not to be read in the loop's own thread, which would wait for itself.

    Memory: one chunk of the store.

    Args:
        chunks: the file.
        loop: where the chunks are fetched.
    """

    def __init__(self, chunks: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._chunks = chunks
        self._loop = loop
        self._held = memoryview(b"")
        self.taken_bytes = 0

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer", /) -> int:
        """Fill the buffer, or a part of it; 0 at the end.

        Raises:
            StorageError: the store does not give the bytes.
        """
        into = memoryview(buffer).cast("B")
        if not self._held:
            self._held = memoryview(asyncio.run_coroutine_threadsafe(self._next(), self._loop).result())
        taken = min(len(into), len(self._held))
        into[:taken] = self._held[:taken]
        self._held = self._held[taken:]
        self.taken_bytes += taken
        return taken

    async def _next(self) -> bytes:
        return await anext(self._chunks, b"")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that is being read.

    Attributes:
        file: the document, for a parser's thread.
        raw: tells how far it is.
        bundle: the archive that it is in; None where it came alone.
    """

    file: io.BufferedReader
    raw: StoredSource
    bundle: Bundle | None


@asynccontextmanager
async def open_incoming(storage: Storage, key: str, limits: Limits) -> AsyncIterator[Incoming]:
    """A stored file, document or bundle.

    Args:
        storage: where it is.
        key: which file.
        limits: what a bundle may not exceed.

    Raises:
        DocumentError: it is a bundle and is refused.
        StorageError: the store does not give it.
    """
    bundle = await open_bundle(storage, key, limits)
    chunks: Any = storage.open_read(key) if bundle is None else bundle.read(DOCUMENT)
    async with aclosing(chunks):
        raw = StoredSource(chunks, asyncio.get_running_loop())
        yield Incoming(io.BufferedReader(raw, READ_BYTES), raw, bundle)


@asynccontextmanager
async def open_source(storage: Storage, key: str) -> AsyncIterator[tuple[io.BufferedReader, StoredSource]]:
    """A stored file for a parser's thread.

    Args:
        storage: where it is.
        key: which file.

    Yields:
        What the parser reads, and what tells how far it is.
    """
    chunks: Any = storage.open_read(key)
    raw = StoredSource(chunks, asyncio.get_running_loop())
    try:
        yield io.BufferedReader(raw, READ_BYTES), raw
    finally:
        await chunks.aclose()
