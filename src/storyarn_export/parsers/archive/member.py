"""The bytes of one member of an archive."""

import struct
import zlib
from collections.abc import Iterator

from storyarn_export.domain.errors import DocumentError
from storyarn_export.parsers.archive.directory import DEFLATED, ENCRYPTED, LOCAL_HEADER_BYTES, Member
from storyarn_export.parsers.archive.end import damaged
from storyarn_export.parsers.unpacking import CHUNK_BYTES

HEADER = struct.Struct("<4s5H3L2H")
HEADER_MAGIC = b"PK\x03\x04"
RAW = -zlib.MAX_WBITS


class MemberReader:
    """Unpacks a member as its bytes come, from its own header to where the next member begins.

    Memory: CHUNK_BYTES of what it unpacks to.

    Args:
        member: as the archive lists it.
    """

    def __init__(self, member: Member) -> None:
        self._member = member
        self._head = b""
        self._skip: int | None = None
        self._left = member.packed
        self._inflater = zlib.decompressobj(RAW) if member.method == DEFLATED else None
        self._size = 0
        self._crc32 = 0

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """Take the next bytes of the archive.

        Yields:
            What they unpack to, in pieces of at most CHUNK_BYTES or the chunk's size.

        Raises:
            DocumentError: invalid-bundle.
        """
        if self._skip is None:
            self._head += chunk
            if len(self._head) < HEADER.size:
                return
            self._skip, chunk, self._head = self._behind_header(), self._head, b""
        skipped = min(self._skip, len(chunk))
        self._skip -= skipped
        packed = chunk[skipped : skipped + self._left]
        self._left -= len(packed)
        for piece in self._unpacked(packed):
            self._size += len(piece)
            if self._size > self._member.size:
                raise self._damage("is longer than the archive says")
            self._crc32 = zlib.crc32(piece, self._crc32)
            yield piece

    def finish(self) -> None:
        """Check that all of it has come.

        Raises:
            DocumentError: invalid-bundle.
        """
        ended = self._inflater is None or self._inflater.eof
        if self._left or not ended or self._size != self._member.size or self._crc32 != self._member.crc32:
            raise self._damage("is not what the archive says: its checksum or size is another")

    def _behind_header(self) -> int:
        """How many bytes the header has, name and extra fields included."""
        magic, _, flags, method, _, _, _, _, _, name_bytes, extra_bytes = HEADER.unpack_from(self._head)
        header_bytes = LOCAL_HEADER_BYTES + name_bytes + extra_bytes
        member = self._member
        if magic != HEADER_MAGIC or method != member.method or flags & ENCRYPTED:
            raise self._damage("has a header that the archive's list contradicts")
        if member.offset + header_bytes + member.packed > member.until:
            raise self._damage("reaches into the next one")
        return int(header_bytes)

    def _unpacked(self, packed: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            if packed:
                yield packed
            return
        rest, piece = packed, b""
        # What fills a piece may have left more inside the inflater.
        while not self._inflater.eof and (rest or len(piece) == CHUNK_BYTES):
            try:
                piece = self._inflater.decompress(rest, CHUNK_BYTES)
            except zlib.error as error:
                raise self._damage("cannot be decompressed") from error
            rest = self._inflater.unconsumed_tail
            if piece:
                yield piece
        if self._inflater.eof and (self._inflater.unused_data or rest):
            raise self._damage("has bytes after its end")

    def _damage(self, what: str) -> DocumentError:
        return damaged(f"the member {self._member.name[:80]!r} {what}", self._member.offset)
