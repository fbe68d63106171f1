"""Files of this process on their way: written and then sent, or received and then read."""

import asyncio
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from typing import BinaryIO
from weakref import WeakSet

from storyarn_export.domain.errors import DocumentError, ServiceUnavailableError
from storyarn_export.localization.limits import MAX_FILES, MAX_READ_BYTES

SENT_BYTES = 256 * 1024


class Spool:
    """Gives temporary files out, MAX_FILES at a time. They have no name and are gone with whoever holds them."""

    def __init__(self) -> None:
        # Weakly, so that one that is dropped without being closed does not take a place for ever.
        self._open: WeakSet[BinaryIO] = WeakSet()

    def open(self) -> BinaryIO:
        """An empty file; whoever has it closes it.

        Raises:
            ServiceUnavailableError: MAX_FILES are open.
        """
        if sum(not file.closed for file in self._open) >= MAX_FILES:
            raise ServiceUnavailableError("Too many files of texts are on their way at the moment.")
        file: BinaryIO = tempfile.TemporaryFile(prefix="storyarn-texts-")  # noqa: SIM115 - the caller closes it
        self._open.add(file)
        return file

    async def receive(self, pieces: AsyncIterator[bytes]) -> BinaryIO:
        """A file that arrives, at its start.

        Args:
            pieces: the file. What they raise leaves nothing behind.

        Raises:
            DocumentError: `file-too-large`, it has more than MAX_READ_BYTES.
            ServiceUnavailableError: MAX_FILES are open.
        """
        file = self.open()
        try:
            size = 0
            async for piece in pieces:
                size += len(piece)
                _refuse_too_large(size)
                await asyncio.to_thread(file.write, piece)
            file.seek(0)
        except BaseException:
            file.close()
            raise
        return file


def _refuse_too_large(size: int) -> None:
    if size > MAX_READ_BYTES:
        raise DocumentError(
            "file-too-large",
            f"The file has more than {MAX_READ_BYTES} bytes.",
            offset=MAX_READ_BYTES,
            hint="bring one language at a time",
        )


async def pieces(file: BinaryIO) -> AsyncGenerator[bytes, None]:
    """Yield a file from its start; it stays open."""
    file.seek(0)
    while piece := await asyncio.to_thread(file.read, SENT_BYTES):
        yield piece
