"""The end of an archive, which says where its list of members is."""

import struct
from dataclasses import dataclass

from storyarn_export.domain.errors import DocumentError

END = struct.Struct("<4s4H2LH")
END_MAGIC = b"PK\x05\x06"
LOCATOR = struct.Struct("<4sLQL")
LOCATOR_MAGIC = b"PK\x06\x07"
LARGE_END = struct.Struct("<4sQ2H2L4Q")
LARGE_END_MAGIC = b"PK\x06\x06"
MAX_COMMENT_BYTES = 65_535
# The end and all that can stand between it and the list of members.
TAIL_BYTES = END.size + MAX_COMMENT_BYTES + LOCATOR.size + LARGE_END.size
IN_LARGE_END, OFFSET_IN_LARGE_END = 0xFFFF, 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class End:
    """Where the list of members is.

    Attributes:
        members: how many it lists.
        offset: its first byte.
        size: its bytes.
    """

    members: int
    offset: int
    size: int


def find_end(tail: bytes, size: int) -> End:
    """Find the end of an archive.

    Args:
        tail: the last TAIL_BYTES of the file, or all of it.
        size: bytes of the file.

    Raises:
        DocumentError: invalid-bundle.
    """
    start = size - len(tail)
    at = _place_of_end(tail, size)
    _, disk, first_disk, here, members, length, offset, _ = END.unpack_from(tail, at)
    list_end = start + at
    if IN_LARGE_END in {disk, first_disk, here, members} or OFFSET_IN_LARGE_END in {length, offset}:
        disk, first_disk, here, members, length, offset, list_end = _large(tail, at, start)
    if disk or first_disk or here != members:
        raise damaged("the archive is one of several parts", start + at)
    if offset + length != list_end:
        raise damaged("the archive's list of members is not where its end says", start + at)
    return End(members, offset, length)


def _place_of_end(tail: bytes, size: int) -> int:
    """Where in the tail the end is. A comment may hold what looks like one; the true one tells the comment's length."""
    at = tail.rfind(END_MAGIC)
    while at >= 0:
        if at + END.size <= len(tail) and at + END.size + END.unpack_from(tail, at)[-1] == len(tail):
            return at
        at = tail.rfind(END_MAGIC, 0, at + len(END_MAGIC) - 1)
    raise damaged("the archive has no end: it is cut off", size)


def _large(tail: bytes, at: int, start: int) -> tuple[int, int, int, int, int, int, int]:
    """What an archive of more than 4 GiB or 65,535 members says, and where it says so."""
    place = at - LOCATOR.size
    magic, _, offset, _ = LOCATOR.unpack_from(tail, place) if place >= 0 else (b"", 0, 0, 0)
    record = offset - start
    if magic != LOCATOR_MAGIC or not 0 <= record <= place - LARGE_END.size:
        raise damaged("the archive's end for large files is missing", start + at)
    magic, length, _, _, disk, first_disk, here, members, size, begins = LARGE_END.unpack_from(tail, record)
    if magic != LARGE_END_MAGIC or record + 12 + length != place:
        raise damaged("the archive's end for large files is damaged", offset)
    return disk, first_disk, here, members, size, begins, offset


def damaged(message: str, offset: int) -> DocumentError:
    """The error for an archive that cannot be read.

    Args:
        message: what is wrong.
        offset: where in the archive.
    """
    return DocumentError("invalid-bundle", message, offset=offset, hint="make or send the bundle again")
