"""ZIP archives, written front to back: members, then the list of them. Byte for byte the same from the same members."""

import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# 1 January 1980, the first moment that archives know: when a member was packed is no part of a story.
TIME, DATE = 0, 0x21
PLAIN_VERSION, LARGE_VERSION = 20, 45
MADE_ON_UNIX = 3 << 8
REGULAR_FILE = 0o100644 << 16
UTF8, SIZES_FOLLOW = 0x800, 0x8
STORED, DEFLATED = 0, 8
SATURATED, SATURATED_COUNT = 0xFFFFFFFF, 0xFFFF
LARGE_FIELD = 1

HEADER = struct.Struct("<4s5H3L2H")
ENTRY = struct.Struct("<4s6H3L5H2L")
SIZES = struct.Struct("<4sL2Q")
LARGE_END = struct.Struct("<4sQ2H2L4Q")
LOCATOR = struct.Struct("<4sLQL")
END = struct.Struct("<4s4H2LH")
# Of what is compressed: each block by itself, so that a writer can go on after any number of them.
BLOCK_BYTES = 64 * 1024
# Most of what the highest level gains, for a third of its time.
LEVEL = 4


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive.

    Attributes:
        packed: bytes in the archive.
        size: bytes of the file.
    """

    name: str
    method: int
    crc32: int
    packed: int
    size: int


def stored(name: str, crc32: int, size: int) -> Member:
    """A member whose bytes are moved in as they are."""
    return Member(name, STORED, crc32, size, size)


def header(member: Member) -> bytes:
    """What stands before a member whose size and checksum are known and fit 32 bits."""
    name = member.name.encode()
    fixed = (PLAIN_VERSION, UTF8, member.method, TIME, DATE, member.crc32, member.packed, member.size)
    return HEADER.pack(b"PK\x03\x04", *fixed, len(name), 0) + name


def open_header(name: str) -> bytes:
    """What stands before a deflated member whose size and checksum follow it, and may be large."""
    raw = name.encode()
    field = struct.pack("<2H2Q", LARGE_FIELD, 16, 0, 0)
    fixed = (LARGE_VERSION, UTF8 | SIZES_FOLLOW, DEFLATED, TIME, DATE, 0, SATURATED, SATURATED)
    return HEADER.pack(b"PK\x03\x04", *fixed, len(raw), len(field)) + raw + field


def sizes(member: Member) -> bytes:
    """What follows a member that began with `open_header`."""
    return SIZES.pack(b"PK\x07\x08", member.crc32, member.packed, member.size)


def entry(member: Member, offset: int) -> bytes:
    """A member in the list.

    Args:
        member: the member.
        offset: of its header.
    """
    name = member.name.encode()
    numbers = (member.size, member.packed, offset)
    large = [number for number in numbers if number >= SATURATED]
    size, packed, place = (min(number, SATURATED) for number in numbers)
    field = struct.pack(f"<2H{len(large)}Q", LARGE_FIELD, 8 * len(large), *large) if large else b""
    follows = member.method == DEFLATED
    version = LARGE_VERSION if large or follows else PLAIN_VERSION
    flags = UTF8 | (SIZES_FOLLOW if follows else 0)
    fixed = (MADE_ON_UNIX | version, version, flags, member.method, TIME, DATE, member.crc32, packed, size)
    return (
        ENTRY.pack(b"PK\x01\x02", *fixed, len(name), len(field), 0, 0, 0, REGULAR_FILE, place) + name + field
    )


def end(members: int, offset: int, size: int) -> bytes:
    """What stands after the list, in the form for large archives where it has to be.

    Args:
        members: in the list.
        offset: of the list.
        size: of the list, in bytes.
    """
    large = b""
    if members >= SATURATED_COUNT or offset >= SATURATED or size >= SATURATED:
        versions = (MADE_ON_UNIX | LARGE_VERSION, LARGE_VERSION)
        large = LARGE_END.pack(
            b"PK\x06\x06", LARGE_END.size - 12, *versions, 0, 0, members, members, size, offset
        ) + LOCATOR.pack(b"PK\x06\x07", 0, offset + size, 1)
    count = min(members, SATURATED_COUNT)
    return large + END.pack(
        b"PK\x05\x06", 0, 0, count, count, min(size, SATURATED), min(offset, SATURATED), 0
    )


class Deflated:
    """A member that is deflated as it comes.

    What comes out depends on the bytes alone, never on how they are cut, nor on where a writer stopped and another
    went on. Memory: BLOCK_BYTES.

    Args:
        name: of the member.
        state: what `state` gave; None for the beginning.
    """

    def __init__(self, name: str, state: Mapping[str, Any] | None = None) -> None:
        self._name = name
        given = state or {"pending": "", "crc32": 0, "packed": 0, "size": 0}
        self._pending = b64decode(given["pending"])
        self._crc32, self._packed, self._size = given["crc32"], given["packed"], given["size"]

    def feed(self, data: bytes) -> bytes:
        """Take bytes; what can be written of them and of those before."""
        self._crc32 = zlib.crc32(data, self._crc32)
        self._size += len(data)
        data = self._pending + data
        whole = len(data) - len(data) % BLOCK_BYTES
        self._pending = data[whole:]
        blocks = (data[start : start + BLOCK_BYTES] for start in range(0, whole, BLOCK_BYTES))
        return self._written(b"".join(_block(block, zlib.Z_FULL_FLUSH) for block in blocks))

    def finish(self) -> tuple[bytes, Member]:
        """The rest, and the member as the list has it."""
        rest = self._written(_block(self._pending, zlib.Z_FINISH))
        return rest, Member(self._name, DEFLATED, self._crc32, self._packed, self._size)

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the bytes given so far; plain JSON of 90 KiB at most."""
        return {
            "pending": b64encode(self._pending).decode(),
            "crc32": self._crc32,
            "packed": self._packed,
            "size": self._size,
        }

    def _written(self, packed: bytes) -> bytes:
        self._packed += len(packed)
        return packed


def _block(data: bytes, ending: int) -> bytes:
    deflater = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(data) + deflater.flush(ending)
