"""What an upload to an object store consists of: bytes being gathered, and parts that are stored."""

import hashlib
import io
import mmap
import re
import zlib
from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from storyarn_export.domain.errors import StorageRefusedError
from storyarn_export.storage.digest import ResumableSha256

if TYPE_CHECKING:
    # Types alone; the package is for developers.
    from types_aiobotocore_s3.type_defs import CompletedPartTypeDef

# No part but the last may be smaller; see the limits that S3 documents for multipart uploads.
LEAST_PART_BYTES = 5 * 1024 * 1024
MAX_PART_NUMBER = 10_000
# Parts double in size every so many numbers: the memory of a worker stays small for files that are not huge, and
# 10,000 numbers still hold 2,000 * (5 + 10 + 20 + 40 + 80) MiB, about 300 GiB.
NUMBERS_PER_SIZE = 2_000
# A whole piece of a document goes into the part that it fills; most are some 300 KiB.
OVERSHOOT_BYTES = 1024 * 1024
SEND_BYTES = 64 * 1024
# Numbers that whoever takes an upload over leaves free: one thought dead may still send a part, and two more before it
# looks whether it holds its job.
TAKEOVER_GAP = 16
MD5_ETAG = re.compile(r'"?([0-9a-f]{32})"?')


def part_bytes(number: int) -> int:
    """How many bytes a part of this number has at least, unless it is the last."""
    return int(LEAST_PART_BYTES << (number - 1) // NUMBERS_PER_SIZE)


class PartBuffer:
    """Bytes of one part while they are gathered and sent; the next part takes their place when those are stored."""

    def __init__(self) -> None:
        self._bytes = _pages(LEAST_PART_BYTES + OVERSHOOT_BYTES)
        self.size = 0

    def take(self, data: bytes) -> None:
        """Append bytes."""
        end = self.size + len(data)
        if end > len(self._bytes):
            larger = _pages(max(end, 2 * len(self._bytes)))
            with memoryview(self._bytes) as view:
                larger[: self.size] = view[: self.size]
            self._bytes = larger
        self._bytes[self.size : end] = data
        self.size = end

    def clear(self) -> None:
        """Forget the bytes and keep the pages that hold them."""
        self.size = 0

    def release(self) -> None:
        """Give the memory back now: what was made for requests may keep the buffer until the next collection."""
        self.size = 0
        self._bytes = _pages(1)

    def digest(self, digest: ResumableSha256) -> str:
        """Add the bytes to a digest.

        Returns:
            The part's own checksum, as S3 takes it: CRC32, base64.
        """
        with memoryview(self._bytes) as view, view[: self.size] as filled:
            digest.update(filled)
            return b64encode(zlib.crc32(filled).to_bytes(4, "big")).decode()

    def body(self) -> "PartBody":
        """The bytes as a file, for one try at sending them."""
        return PartBody(self)

    def piece(self, start: int, size: int) -> bytes:
        """A copy of at most so many bytes from a place on."""
        with memoryview(self._bytes) as view:
            return bytes(view[start : min(start + size, self.size)])


def _pages(size: int) -> mmap.mmap:
    """Memory that costs nothing until it is filled, and goes back to the system with the last reference."""
    return mmap.mmap(-1, size)


class PartBody:
    """The bytes of a buffer for one try at sending them: a file while they are signed, a stream while they are sent.

    Whoever reads gets SEND_BYTES at a time, so that no copy of a part is ever made.

    Args:
        buffer: to read.
    """

    def __init__(self, buffer: PartBuffer) -> None:
        self._buffer: PartBuffer | None = buffer
        self._size = buffer.size
        self._place = 0

    def close(self) -> None:
        """Let go of the buffer: what was made for a request may stay until the next collection."""
        self._buffer = None

    def read(self, size: int = -1) -> bytes:
        """As of a raw file, which may give less than it was asked for."""
        if self._buffer is None:
            return b""
        piece = self._buffer.piece(self._place, min(size, SEND_BYTES) if size >= 0 else SEND_BYTES)
        self._place += len(piece)
        return piece

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """As of any file."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = base + offset
        return self._place

    def tell(self) -> int:
        """As of any file."""
        return self._place

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """What is left; without the threads in which files are read."""
        while piece := self.read():
            yield piece


@dataclass(frozen=True, slots=True)
class Part:
    """A part that is stored.

    Attributes:
        etag: the store's name for its bytes.
        crc32: its checksum, base64; None where the store does not keep it.
    """

    number: int
    size: int
    etag: str
    crc32: str | None

    def pinned(self) -> "CompletedPartTypeDef":
        """As CompleteMultipartUpload takes it."""
        if self.crc32 is None:
            return {"PartNumber": self.number, "ETag": self.etag}
        return {"PartNumber": self.number, "ETag": self.etag, "ChecksumCRC32": self.crc32}


class Parts:
    """The parts of a file, in order. Their numbers ascend, with a gap wherever an upload was taken over."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._spans: list[list[int]] = []
        self._chain = ""
        self._next = 1

    def __len__(self) -> int:
        """How many."""
        return len(self._parts)

    @property
    def next_number(self) -> int:
        """Of the next part.

        Raises:
            StorageRefusedError: there are no more numbers.
        """
        if self._next > MAX_PART_NUMBER:
            raise StorageRefusedError("The file is too large for the object store: it takes 10,000 parts.")
        return self._next

    def add(self, part: Part) -> None:
        """Append a part."""
        self._parts.append(part)
        self._next = part.number + 1
        if self._spans and self._spans[-1][1] == part.number - 1:
            self._spans[-1][1] = part.number
        else:
            self._spans.append([part.number, part.number])
        link = f"{self._chain}\n{part.number}:{part.size}:{part.etag}"
        self._chain = hashlib.sha256(link.encode()).hexdigest()

    def state(self) -> dict[str, Any]:
        """Which parts these are, in few bytes: their numbers as spans, and a digest over numbers, sizes and ETags."""
        return {"spans": [list(span) for span in self._spans], "chain": self._chain}

    @classmethod
    def found(cls, state: Mapping[str, Any], listed: Iterable[Part]) -> "Parts | None":
        """The parts of a state among all that an upload has now; None if one is missing or is not what it was."""
        parts = cls()
        highest = 0
        for part in listed:
            highest = max(highest, part.number)
            if any(first <= part.number <= last for first, last in state["spans"]):
                parts.add(part)
        if parts.state() != {"spans": state["spans"], "chain": state["chain"]}:
            return None
        parts._next = highest + 1 + TAKEOVER_GAP
        return parts

    def etag(self) -> str | None:
        """The ETag of the whole file; None where those of the parts are not MD5 digests."""
        found = [MD5_ETAG.fullmatch(part.etag) for part in self._parts]
        digests = [bytes.fromhex(match[1]) for match in found if match is not None]
        if not digests or len(digests) < len(found):
            return None
        # S3 names files so; nothing is protected by it.
        return f"{hashlib.md5(b''.join(digests), usedforsecurity=False).hexdigest()}-{len(digests)}"

    def pinned(self) -> "list[CompletedPartTypeDef]":
        """The parts as CompleteMultipartUpload takes them: no other bytes can stand in the place of these."""
        return [part.pinned() for part in self._parts]
