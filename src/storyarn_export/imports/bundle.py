"""A stored bundle: its members, read by ranges."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from storyarn_export.domain.errors import DocumentError
from storyarn_export.parsers.archive.directory import DirectoryReader, Member
from storyarn_export.parsers.archive.end import TAIL_BYTES, find_end
from storyarn_export.parsers.archive.member import MemberReader
from storyarn_export.parsers.guard import ZIP_MAGIC, Limits
from storyarn_export.storage.contract import Storage

DOCUMENT = "project.json"


@dataclass(frozen=True, slots=True)
class Bundle:
    """An archive with a document and the files of its assets.

    Attributes:
        storage: where it is.
        key: of the archive.
        members: by name, the document among them.
    """

    storage: Storage
    key: str
    members: Mapping[str, Member]

    @property
    def files(self) -> Mapping[str, int]:
        """Sizes of the files beside the document, in bytes."""
        return {name: member.size for name, member in self.members.items() if name != DOCUMENT}

    async def read(self, name: str) -> AsyncGenerator[bytes, None]:
        """Bytes of a member, in bounded pieces; to be closed by whoever leaves early.

        Raises:
            DocumentError: invalid-bundle.
            StorageError: the store does not give them.
        """
        member = self.members[name]
        reader = MemberReader(member)
        chunks = _chunks(self.storage, self.key, member.offset, member.until - member.offset)
        async with aclosing(chunks):
            async for chunk in chunks:
                for piece in reader.feed(chunk):
                    yield piece
        reader.finish()


async def open_bundle(storage: Storage, key: str, limits: Limits) -> Bundle | None:
    """Read the list of a bundle's members; None when the file is no archive.

    Raises:
        DocumentError: the archive is refused, or has no document.
        StorageError: the store does not give it.
    """
    begins = b"".join([chunk async for chunk in _chunks(storage, key, 0, len(ZIP_MAGIC))])
    size = await storage.size(key)
    if begins != ZIP_MAGIC or size is None:
        return None
    tail_bytes = min(size, TAIL_BYTES)
    tail = b"".join([chunk async for chunk in _chunks(storage, key, size - tail_bytes, tail_bytes)])
    end = find_end(tail, size)
    reader = DirectoryReader(end, limits)
    async for chunk in _chunks(storage, key, end.offset, end.size):
        reader.feed(chunk)
    members = reader.finish()
    if DOCUMENT not in members:
        raise DocumentError(
            "missing-document",
            f"the bundle has no member {DOCUMENT!r}",
            offset=end.offset,
            hint=f"{DOCUMENT} has to stand at the top of the archive, not in a directory",
        )
    return Bundle(storage, key, members)


async def _chunks(storage: Storage, key: str, start: int, length: int) -> AsyncGenerator[bytes, None]:
    chunks: Any = storage.open_read(key, start=start, length=length)
    async with aclosing(chunks):
        async for chunk in chunks:
            yield chunk
