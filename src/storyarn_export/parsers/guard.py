"""What no file may exceed, and how its bytes become text."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from storyarn_export.domain.errors import DocumentError
from storyarn_export.parsers.unpacking import CHUNK_BYTES, packed_as, unpack

MIB = 1024 * 1024
ZIP_MAGIC = b"PK\x03\x04"
BYTE_ORDER_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on one file.

    Attributes:
        max_bytes: of the file as it comes, and again of what it unpacks to.
        max_entity_bytes: of one entity's own JSON, as UTF-8.
        max_depth: how deep objects and arrays may nest, the document itself included.
        max_members: values that one entity may hold; bounds the memory that small values multiply.
        max_expansion: bytes that one compressed byte may become, on average; text stays far below.
        max_number_digits: of one number written out in full.
    """

    max_bytes: int
    max_entity_bytes: int = 16 * MIB
    max_depth: int = 64
    max_members: int = 200_000
    max_expansion: int = 200
    max_number_digits: int = 1000


def read_text(source: BinaryIO, limits: Limits) -> Iterator[str]:
    """The text of a file, plain or compressed (told by its first bytes), in pieces.

    Args:
        source: an open file; read to its end.
        limits: sizes that end the reading.

    Yields:
        Pieces of text, some empty. Memory: a few times CHUNK_BYTES.

    Raises:
        DocumentError: file-too-large, expansion-too-large, invalid-gzip, invalid-zstd, invalid-encoding,
            unsupported-format.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    total = 0
    for chunk in _unpacked(source, limits):
        if total == 0 and chunk.startswith(BYTE_ORDER_MARKS):
            raise DocumentError(
                "invalid-encoding",
                "the document begins with a byte order mark",
                offset=0,
                hint="save the file as UTF-8 without a byte order mark",
            )
        total += len(chunk)
        if total > limits.max_bytes:
            raise _too_large(limits)
        yield _decode(decoder, chunk, total, final=False)
    yield _decode(decoder, b"", total, final=True)


def _decode(decoder: codecs.IncrementalDecoder, chunk: bytes, total: int, *, final: bool) -> str:
    try:
        return decoder.decode(chunk, final)
    except UnicodeDecodeError as error:
        # The decoder's own buffer comes before the chunk.
        offset = total - len(error.object) + error.start
        raise DocumentError("invalid-encoding", "the document is not UTF-8", offset=offset) from error


def _unpacked(source: BinaryIO, limits: Limits) -> Iterator[bytes]:
    first = source.read(CHUNK_BYTES)
    if first.startswith(ZIP_MAGIC):
        raise DocumentError(
            "unsupported-format",
            "the file is a ZIP archive, not a document",
            offset=0,
            hint="import the bundle, or give the project.json inside it",
        )
    chunks = _chunks(source, first, limits)
    kind = packed_as(first)
    return chunks if kind is None else unpack(kind, chunks, max_expansion=limits.max_expansion)


def _chunks(source: BinaryIO, first: bytes, limits: Limits) -> Iterator[bytes]:
    total = 0
    chunk = first
    while chunk:
        total += len(chunk)
        if total > limits.max_bytes:
            raise _too_large(limits)
        yield chunk
        chunk = source.read(CHUNK_BYTES)


def _too_large(limits: Limits) -> DocumentError:
    return DocumentError(
        "file-too-large", f"the file has more than {limits.max_bytes} bytes", offset=limits.max_bytes
    )
