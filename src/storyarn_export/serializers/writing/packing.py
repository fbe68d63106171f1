"""Compression of a whole file, which can be put down and taken up anywhere.

Bytes are cut every so many and each block is compressed by itself: what comes out depends on the bytes alone, never on
how they come, nor on where a writer stopped and another went on. The levels and the sizes of blocks must not change
while jobs are running.
"""

import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Protocol, assert_never

from storyarn_export.domain.options import Compression
from storyarn_export.domain.zstandard import CompressionParameter, ZstdCompressor

# Each block begins with nothing to look back at; with blocks of this size that costs a few per cent.
BLOCK_BYTES = 512 * 1024
# Most of what the highest levels gain, for a fraction of their time.
GZIP_LEVEL = 4
ZSTD_LEVEL = 3
# Deflate, no name, no time, the fastest or slowest of nothing, made on no system that we would tell.
GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
GZIP_TRAILER = struct.Struct("<2L")
SIZE_MASK = 0xFFFFFFFF
STATE_LEVEL = 1


class Packer(Protocol):
    """Compresses one file."""

    def begin(self) -> bytes:
        """What stands before everything."""

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what can be written of them and of those before."""

    def finish(self) -> bytes:
        """The rest."""

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the bytes returned so far; plain JSON."""


def open_packer(compression: Compression, state: Mapping[str, Any] | None = None) -> Packer:
    """What compresses a file.

    Memory: two blocks of BLOCK_BYTES and what the library needs for one.

    Args:
        compression: how; not NONE.
        state: what `Packer.state` gave; None for the beginning.
    """
    match compression:
        case Compression.NONE:
            raise ValueError("a file that stays as it is needs no packer")
        case Compression.GZIP:
            return GzipPacker(state)
        case Compression.ZSTD:
            return ZstdPacker(state)
        case _:
            assert_never(compression)


class _Blocks:
    """Bytes in blocks of BLOCK_BYTES."""

    def __init__(self, state: Mapping[str, Any] | None) -> None:
        self._pending = b"" if state is None else zlib.decompress(b64decode(state["pending"]))

    def take(self, data: bytes) -> list[bytes]:
        """Take bytes; the blocks that are full."""
        data = self._pending + data
        whole = len(data) - len(data) % BLOCK_BYTES
        self._pending = data[whole:]
        return [data[start : start + BLOCK_BYTES] for start in range(0, whole, BLOCK_BYTES)]

    def rest(self) -> bytes:
        """The block that is not full."""
        pending, self._pending = self._pending, b""
        return pending

    def state(self) -> dict[str, Any]:
        """See `Packer`. Compressed, as it goes into a row of the database at every checkpoint."""
        return {"pending": b64encode(zlib.compress(self._pending, STATE_LEVEL)).decode()}


class GzipPacker:
    """Writes one member of gzip, as any reader takes it; RFC 1952.

    Args:
        state: what `state` gave; None for the beginning.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        self._blocks = _Blocks(state)
        self._crc32, self._size = (0, 0) if state is None else (int(state["crc32"]), int(state["size"]))

    def begin(self) -> bytes:
        """See `Packer`."""
        return GZIP_HEADER

    def feed(self, data: bytes) -> bytes:
        """See `Packer`."""
        self._crc32 = zlib.crc32(data, self._crc32)
        self._size += len(data)
        return b"".join(_deflated(block, zlib.Z_FULL_FLUSH) for block in self._blocks.take(data))

    def finish(self) -> bytes:
        """See `Packer`."""
        trailer = GZIP_TRAILER.pack(self._crc32, self._size & SIZE_MASK)
        return _deflated(self._blocks.rest(), zlib.Z_FINISH) + trailer

    def state(self) -> dict[str, Any]:
        """See `Packer`."""
        return {**self._blocks.state(), "crc32": self._crc32, "size": self._size}


def _deflated(block: bytes, ending: int) -> bytes:
    deflater = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(block) + deflater.flush(ending)


class ZstdPacker:
    """Writes a frame of Zstandard a block, each with its size and checksum; RFC 8878.

    Args:
        state: what `state` gave; None for the beginning.
    """

    def __init__(self, state: Mapping[str, Any] | None = None) -> None:
        self._blocks = _Blocks(state)
        self._any = state is not None and bool(state["any"])

    def begin(self) -> bytes:
        """See `Packer`."""
        return b""

    def feed(self, data: bytes) -> bytes:
        """See `Packer`."""
        packed = b"".join(map(_frame, self._blocks.take(data)))
        self._any = self._any or bool(packed)
        return packed

    def finish(self) -> bytes:
        """See `Packer`."""
        rest = self._blocks.rest()
        return _frame(rest) if rest or not self._any else b""

    def state(self) -> dict[str, Any]:
        """See `Packer`."""
        return {**self._blocks.state(), "any": self._any}


def _frame(block: bytes) -> bytes:
    compressor = ZstdCompressor(
        options={
            CompressionParameter.compression_level: ZSTD_LEVEL,
            CompressionParameter.checksum_flag: 1,
        }
    )
    compressor.set_pledged_input_size(len(block))
    return compressor.compress(block, ZstdCompressor.FLUSH_FRAME)
