"""Staging tables as bytes, and back: rows that one transaction has staged are staged again without being parsed.

The bytes are those of PostgreSQL's binary COPY, one table after the other in the order of `TABLES_STAGED`, each in
frames: four bytes of length, most significant first, and as many bytes as they say. A frame of no bytes ends a table.
"""

import hashlib
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.story import TABLES
from storyarn_export.materializer.staging import COLUMNS, REFERENCE_COLUMNS, Staging
from storyarn_export.materializer.statements import statement

# Bytes of a frame at most. What the server sends is gathered, since its own messages are single rows.
FRAME_BYTES = 256 * 1024
LENGTH = struct.Struct(">I")
END = LENGTH.pack(0)

TABLES_STAGED: Mapping[str, tuple[str, ...]] = {
    **{f"staged_{TABLES[kind]}": columns for kind, columns in COLUMNS.items()},
    "staged_references": REFERENCE_COLUMNS,
}
# Names the shape of the bytes: those of another shape are of no use.
LAYOUT = hashlib.sha256(f"{statement('stage')}{TABLES_STAGED}".encode()).hexdigest()


class BrokenFramesError(Exception):
    """The bytes are not what `copy_out` writes."""


async def copy_out(connection: BulkConnection, write: Callable[[bytes], Awaitable[None]]) -> None:
    """Write all staged rows as frames.

    Memory: FRAME_BYTES, and one row.

    Args:
        connection: whose transaction has staged rows and decided nothing yet.
        write: takes the bytes.
    """
    gathered = bytearray()

    async def take(piece: bytes) -> None:
        gathered.extend(piece)
        if len(gathered) >= FRAME_BYTES:
            await write_frames(gathered, write)
            gathered.clear()

    for table, columns in TABLES_STAGED.items():
        await connection.copy_from_table(table, columns=columns, output=take, format="binary")
        await write_frames(gathered, write)
        gathered.clear()
        await write(END)


async def write_frames(content: bytes | bytearray, write: Callable[[bytes], Awaitable[None]]) -> None:
    """Write bytes as frames, without an end.

    Args:
        content: any number of bytes.
        write: takes the frames.
    """
    for start in range(0, len(content), FRAME_BYTES):
        frame = content[start : start + FRAME_BYTES]
        await write(LENGTH.pack(len(frame)) + frame)


async def copy_in(connection: BulkConnection, frames: "FrameReader") -> None:
    """Make the staging tables and fill them from frames.

    Memory: one frame.

    Args:
        connection: in a transaction, which the tables end with.
        frames: stand where `copy_out` began.

    Raises:
        BrokenFramesError: they end too early.
        asyncpg.PostgresError: they hold something else.
    """
    await Staging(connection).open()
    for table, columns in TABLES_STAGED.items():
        await connection.copy_to_table(table, columns=columns, source=frames.table(), format="binary")


class FrameReader:
    """Reads frames.

    Memory: one frame and one piece.

    Args:
        pieces: the bytes, cut anywhere.

    Attributes:
        on_bytes: told after every frame how many bytes have been read.
    """

    def __init__(self, pieces: AsyncIterator[bytes]) -> None:
        self.on_bytes: Callable[[int], Awaitable[None]] | None = None
        self._pieces = pieces
        self._held = b""
        self._read = 0

    async def table(self) -> AsyncIterator[bytes]:
        """The bytes up to the next end, in pieces of FRAME_BYTES at most.

        Raises:
            BrokenFramesError: there is no end.
        """
        while length := LENGTH.unpack(await self._exactly(LENGTH.size))[0]:
            if length > FRAME_BYTES:
                raise BrokenFramesError
            yield await self._exactly(length)
            if self.on_bytes:
                await self.on_bytes(self._read)

    async def _exactly(self, size: int) -> bytes:
        parts = [self._held]
        missing = size - len(self._held)
        while missing > 0:
            piece = await anext(self._pieces, b"")
            if not piece:
                raise BrokenFramesError
            parts.append(piece)
            missing -= len(piece)
        joined = b"".join(parts)
        self._held = joined[size:]
        self._read += size
        return joined[:size]
