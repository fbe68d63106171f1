"""The list of an archive's members."""

import re
import stat
import struct
from collections.abc import Mapping
from operator import attrgetter
from typing import NamedTuple

from storyarn_export.domain.errors import DocumentError
from storyarn_export.parsers.archive.end import End, damaged
from storyarn_export.parsers.guard import Limits
from storyarn_export.parsers.unpacking import EXPANSION_FREE_BYTES

ENTRY = struct.Struct("<4s6H3L5H2L")
ENTRY_MAGIC = b"PK\x01\x02"
LOCAL_HEADER_BYTES = 30
LARGE_FIELD = 1
SATURATED = 0xFFFFFFFF
STORED, DEFLATED = 0, 8
# Encrypted in one of three ways: the bytes, strongly, the list itself.
ENCRYPTED = 0x1 | 0x40 | 0x2000
UTF8 = 0x800
MADE_ON_UNIX = 3
# A list of more would be tens of megabytes in memory.
MAX_MEMBERS = 100_000
MAX_NAME_BYTES = 1000
# What means something to some file system: separators of others, drives, streams, what cannot be shown.
UNSAFE = re.compile(r"[\\:\x00-\x1f\x7f]")
MIN_ENTRY_BYTES = ENTRY.size + 1
MAX_ENTRY_BYTES = ENTRY.size + 3 * 0xFFFF


class Member(NamedTuple):
    """A file in an archive.

    Attributes:
        offset: where its own header begins.
        until: where the next member or the list begins.
        packed: bytes in the archive.
        size: bytes of the file.
        crc32: of the file.
        method: STORED or DEFLATED.
    """

    name: str
    offset: int
    until: int
    packed: int
    size: int
    crc32: int
    method: int


class DirectoryReader:
    """Reads the list of members as its bytes come, and refuses archives that it is not safe or possible to read.

    Memory: the members, MAX_MEMBERS at most.

    Args:
        end: where the list is.
        limits: what the members may not exceed together.

    Raises:
        DocumentError: too-many-members, invalid-bundle.
    """

    def __init__(self, end: End, limits: Limits) -> None:
        if end.members > MAX_MEMBERS:
            raise DocumentError(
                "too-many-members",
                f"the bundle has {end.members} members; at most {MAX_MEMBERS} are read",
                offset=end.offset,
                hint="export in two parts",
            )
        if not end.members * MIN_ENTRY_BYTES <= end.size <= end.members * MAX_ENTRY_BYTES:
            raise damaged("the archive's list of members has not the size that its end says", end.offset)
        self._end = end
        self._limits = limits
        self._rest = b""
        self._at = end.offset
        self._left = end.members
        self._total = 0
        self._members: dict[str, Member] = {}

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of the list.

        Raises:
            DocumentError: the archive is refused.
        """
        data, at = self._rest + piece, 0
        while self._left and len(data) - at >= ENTRY.size:
            magic, *_, name, extra, comment, _, _, _, _ = ENTRY.unpack_from(data, at)
            length = ENTRY.size + name + extra + comment
            if magic != ENTRY_MAGIC:
                raise damaged("the archive's list of members is damaged", self._at)
            if len(data) - at < length:
                break
            self._take(data[at : at + length])
            at += length
            self._at += length
            self._left -= 1
        self._rest = data[at:]

    def finish(self) -> Mapping[str, Member]:
        """The files of the archive by name; directories are left out.

        Raises:
            DocumentError: the archive is refused.
        """
        if self._left or self._rest:
            raise damaged("the archive's list of members has not the size that its end says", self._at)
        until = self._end.offset
        # From the last to the first: each ends where the next begins. Members that share bytes make bombs.
        for member in sorted(self._members.values(), key=attrgetter("offset"), reverse=True):
            header_bytes = LOCAL_HEADER_BYTES + len(member.name.encode())
            if member.offset + header_bytes + member.packed > until:
                raise damaged("two members of the archive overlap", member.offset)
            self._members[member.name] = member._replace(until=until)
            until = member.offset
        return {name: member for name, member in self._members.items() if not name.endswith("/")}

    def _take(self, entry: bytes) -> None:
        (
            *(_, made_by, _, flags, method, _, _, crc32, packed, size, name_bytes, extra_bytes, _, disk),
            _,
            attributes,
            offset,
        ) = ENTRY.unpack_from(entry)
        raw = entry[ENTRY.size : ENTRY.size + name_bytes]
        extra = entry[ENTRY.size + name_bytes : ENTRY.size + name_bytes + extra_bytes]
        size, packed, offset = self._large(extra, size, packed, offset)
        name = self._name(raw, flags)
        if flags & ENCRYPTED:
            raise self._refusal(
                "bundle-encrypted", f"{name!r} is encrypted", "make the bundle without a password"
            )
        if method not in {STORED, DEFLATED}:
            raise self._refusal(
                "unsupported-compression",
                f"{name!r} is compressed in a way that is not read here ({method})",
                "store or deflate the members",
            )
        kind = stat.S_IFMT(attributes >> 16) if made_by >> 8 == MADE_ON_UNIX else 0
        if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
            raise self._refusal("unsafe-name", f"{name!r} is a link or a device", "put the file itself in")
        if name in self._members:
            raise self._refusal(
                "unsafe-name", f"two members are named {name!r}", "give each a name of its own"
            )
        if disk or (method == STORED and packed != size) or (name.endswith("/") and size):
            raise damaged(f"the entry of {name!r} contradicts itself", self._at)
        self._bound(name, packed, size)
        self._members[name] = Member(name, offset, 0, packed, size, crc32, method)

    def _bound(self, name: str, packed: int, size: int) -> None:
        self._total += size
        if size > max(EXPANSION_FREE_BYTES, packed * self._limits.max_expansion):
            raise self._refusal(
                "expansion-too-large",
                f"{name!r} grows to more than {self._limits.max_expansion} times its size",
                None,
            )
        if self._total > self._limits.max_bytes:
            raise self._refusal(
                "file-too-large",
                f"the members of the bundle have more than {self._limits.max_bytes} bytes",
                "the operator can raise STORYARN_MAX_IMPORT_BYTES",
            )

    def _large(self, extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
        """The numbers that do not fit the entry, from the field that has them."""
        numbers = [size, packed, offset]
        missing = [place for place, number in enumerate(numbers) if number == SATURATED]
        at = 0
        while missing and at + 4 <= len(extra):
            kind, length = struct.unpack_from("<2H", extra, at)
            field = extra[at + 4 : at + 4 + length]
            at += 4 + length
            if kind == LARGE_FIELD and len(field) >= 8 * len(missing):
                for place, number in zip(
                    missing, struct.iter_unpack("<Q", field[: 8 * len(missing)]), strict=True
                ):
                    numbers[place] = number[0]
                missing = []
        if missing:
            raise damaged("an entry of the archive lacks its large numbers", self._at)
        return numbers[0], numbers[1], numbers[2]

    def _name(self, raw: bytes, flags: int) -> str:
        """The name, if it would be safe to write a file under it; none is written, but people unpack bundles."""
        try:
            name = raw.decode("utf-8" if flags & UTF8 else "ascii")
        except UnicodeDecodeError as error:
            raise self._refusal(
                "unsafe-name", "a member's name is not UTF-8", "name the members in ASCII"
            ) from error
        steps = name.removesuffix("/").split("/")
        if len(raw) > MAX_NAME_BYTES or UNSAFE.search(name) or not {"", ".", ".."}.isdisjoint(steps):
            raise self._refusal(
                "unsafe-name",
                f"a member is named {name[:80]!r}, which leads out of its directory or to nowhere",
                "name members `project.json` and `assets/<file>`",
            )
        return name

    def _refusal(self, code: str, message: str, hint: str | None) -> DocumentError:
        return DocumentError(code, message, offset=self._at, hint=hint)
