"""Compressed files become what they hold, a bounded piece at a time."""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.zstandard import DecompressionParameter, ZstdDecompressor, ZstdError

CHUNK_BYTES = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
GZIP_WINDOW_BITS = 31
# How far back a frame may look is what its reader has to keep: 8 MiB, as RFC 8878 says that every reader should.
ZSTD_WINDOW_BITS = 23
# Below this even the best ratio does no harm.
EXPANSION_FREE_BYTES = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Packing:
    """A way in which files are compressed.

    Attributes:
        magic: how they begin.
        code: of what is damaged.
        pieces: what chunks of one hold, in pieces of at most CHUNK_BYTES; raises EOFError where it ends too early.
        error: what `pieces` raises where it is damaged.
        hint: what else may be wrong.
    """

    magic: bytes
    code: str
    pieces: Callable[[Iterator[bytes]], Iterator[bytes]]
    error: type[Exception]
    hint: str | None = None


def packed_as(begins: bytes) -> Packing | None:
    """How a file is compressed that begins so; None where it is not."""
    return next((one for one in PACKINGS if begins.startswith(one.magic)), None)


def unpack(packing: Packing, chunks: Iterator[bytes], *, max_expansion: int) -> Iterator[bytes]:
    """What a compressed file holds.

    Args:
        packing: how it is compressed.
        chunks: the file.
        max_expansion: bytes that one of its bytes may become, on average.

    Yields:
        Pieces of at most CHUNK_BYTES, some empty. Memory: CHUNK_BYTES, and what the way of compressing looks back at.

    Raises:
        DocumentError: expansion-too-large, or the code of the packing.
    """
    packed = unpacked = 0

    def counted() -> Iterator[bytes]:
        nonlocal packed
        for chunk in chunks:
            packed += len(chunk)
            yield chunk

    try:
        for piece in packing.pieces(counted()):
            unpacked += len(piece)
            if unpacked > max(EXPANSION_FREE_BYTES, packed * max_expansion):
                raise DocumentError(
                    "expansion-too-large",
                    f"the compressed file grows to more than {max_expansion} times its size",
                    offset=unpacked,
                )
            yield piece
    except packing.error as error:
        raise DocumentError(
            packing.code, "the compressed file is damaged", offset=unpacked, hint=packing.hint
        ) from error
    except EOFError as error:
        raise DocumentError(packing.code, "the compressed file ends too early", offset=unpacked) from error


def _members(chunks: Iterator[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(GZIP_WINDOW_BITS)
    for chunk in chunks:
        rest = chunk
        while rest:
            if inflater.eof:
                # What follows the end of a member is another member, or it is not gzip.
                inflater = zlib.decompressobj(GZIP_WINDOW_BITS)
            yield inflater.decompress(rest, CHUNK_BYTES)
            rest = inflater.unused_data if inflater.eof else inflater.unconsumed_tail
    if not inflater.eof:
        raise EOFError


def _frames(chunks: Iterator[bytes]) -> Iterator[bytes]:
    frame = _frame()
    for chunk in chunks:
        rest = chunk
        # The library keeps what it has not taken yet.
        while rest or not (frame.eof or frame.needs_input):
            if frame.eof:
                frame = _frame()
            yield frame.decompress(rest, CHUNK_BYTES)
            rest = frame.unused_data if frame.eof else b""
    if not frame.eof:
        raise EOFError


def _frame() -> ZstdDecompressor:
    return ZstdDecompressor(options={DecompressionParameter.window_log_max: ZSTD_WINDOW_BITS})


GZIP = Packing(GZIP_MAGIC, "invalid-gzip", _members, zlib.error)
ZSTD = Packing(
    ZSTD_MAGIC,
    "invalid-zstd",
    _frames,
    ZstdError,
    "a window of more than 8 MiB is not taken, as `--long` makes it",
)
PACKINGS = (GZIP, ZSTD)
