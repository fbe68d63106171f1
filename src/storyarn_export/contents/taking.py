"""Bytes of an asset on their way into the store."""

from collections.abc import AsyncIterator

from storyarn_export.domain.contents import Content, Tally
from storyarn_export.storage.contract import Storage

# Of the keys of all bytes of assets: `assets/<project>/<what brought them, a UUID>/<name>`.
PREFIX = "assets/"


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
