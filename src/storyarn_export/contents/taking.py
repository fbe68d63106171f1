"""Bytes of an asset on their way into the store."""

import hashlib
import zlib
from collections.abc import AsyncIterator

from storyarn_export.domain.contents import BEGINS_BYTES, MAX_ASSET_BYTES, Content, looks_like
from storyarn_export.domain.errors import AssetMismatchError, AssetTooLargeError
from storyarn_export.storage.contract import Storage

# Of the keys of all bytes of assets: `assets/<project>/<what brought them, a UUID>/<name>`.
PREFIX = "assets/"


class Tally:
    """Counts and hashes the bytes of one asset as they come past.

    Memory: the first BEGINS_BYTES.
    """

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._begins = b""
        self.crc32 = 0
        self.size = 0

    def add(self, piece: bytes) -> None:
        """Take the next bytes.

        Raises:
            AssetTooLargeError: they are more than an asset may have.
        """
        self.size += len(piece)
        if self.size > MAX_ASSET_BYTES:
            raise AssetTooLargeError(f"An asset has at most {MAX_ASSET_BYTES} bytes.")
        self._sha256.update(piece)
        self.crc32 = zlib.crc32(piece, self.crc32)
        if len(self._begins) < BEGINS_BYTES:
            self._begins += piece[: BEGINS_BYTES - len(self._begins)]

    @property
    def sha256(self) -> str:
        """Of all bytes so far, lowercase hex."""
        return self._sha256.hexdigest()

    def check(self, *, content_type: str, size: int | None, sha256: str | None) -> None:
        """Compare the whole with what is said of it.

        Args:
            content_type: what it is to be.
            size: its bytes, where they are said.
            sha256: lowercase hex, where it is said.

        Raises:
            AssetMismatchError: it is something else.
        """
        if not self.size:
            raise AssetMismatchError("An asset has at least one byte.")
        if size is not None and self.size != size:
            raise AssetMismatchError(f"The asset has {self.size} bytes and is said to have {size}.")
        if sha256 is not None and self.sha256 != sha256:
            raise AssetMismatchError(f"The asset's SHA-256 is {self.sha256} and is said to be {sha256}.")
        if not looks_like(content_type, self._begins):
            raise AssetMismatchError(f"The bytes are not of the type {content_type}.")


async def take(
    storage: Storage,
    key: str,
    pieces: AsyncIterator[bytes],
    *,
    content_type: str,
    size: int | None = None,
    sha256: str | None = None,
) -> Content:
    """Store the bytes of one asset as they arrive; nothing stays unless all of them are as they are said to be.

    Memory: a piece and the buffers of the store.

    Args:
        storage: takes them.
        key: a new one, below PREFIX.
        pieces: the bytes. Whatever they raise leaves nothing behind.
        content_type: what they are to be.
        size: how many they are to be; None for any number.
        sha256: what theirs is to be, lowercase hex; None for any.

    Raises:
        AssetTooLargeError: they are more than an asset may have.
        AssetMismatchError: they are not what is said of them.
        StorageError: the store does not take them.
    """
    tally = Tally()
    async with await storage.create(key) as upload:
        try:
            async for piece in pieces:
                tally.add(piece)
                await upload.write(piece)
            tally.check(content_type=content_type, size=size, sha256=sha256)
            await upload.seal()
            await upload.publish()
        except BaseException:
            await upload.discard()
            raise
    return Content(key, tally.size, tally.sha256, tally.crc32)
