"""Byte ranges of a download (RFC 9110, section 14)."""

import re
from dataclasses import dataclass

from storyarn_export.api.errors import RangeNotSatisfiableError

ONE_RANGE = re.compile(r"bytes=\s*(?P<first>[0-9]{0,19})\s*-\s*(?P<last>[0-9]{0,19})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `first` to `last` of a file, both included."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.last - self.first + 1


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The one range that is asked for.

    None, which means the whole file, also for what the RFC lets a server ignore: other units, malformed ranges,
    and several ranges at once.

    Args:
        header: value of the Range header.
        size: bytes of the file.

    Raises:
        RangeNotSatisfiableError: the range lies outside the file.
    """
    found = ONE_RANGE.fullmatch(header.strip()) if header else None
    if found is None or not (found["first"] or found["last"]):
        return None
    if not found["first"]:
        length = min(int(found["last"]), size)
        if length == 0:
            raise _outside(size)
        return ByteRange(size - length, size - 1)
    first = int(found["first"])
    last = min(int(found["last"]), size - 1) if found["last"] else size - 1
    if found["last"] and int(found["last"]) < first:
        return None
    if first >= size:
        raise _outside(size)
    return ByteRange(first, last)


def _outside(size: int) -> RangeNotSatisfiableError:
    return RangeNotSatisfiableError(
        f"The file has {size} bytes.", extra={"size": size}, headers={"Content-Range": f"bytes */{size}"}
    )
