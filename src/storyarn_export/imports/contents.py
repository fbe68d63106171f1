"""The bytes of a file's assets: looked at, or stored for those that come into the project."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import aclosing
from importlib.resources import files
from typing import Any

import asyncpg

from storyarn_export.contents.taking import take
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.contents import Content, Tally
from storyarn_export.domain.errors import AssetMismatchError, AssetTooLargeError, DocumentError
from storyarn_export.imports.bundle import Bundle
from storyarn_export.parsers.baggage import Baggage, Keeper
from storyarn_export.storage.contract import Storage, Upload

# Assets that are asked for, and whose keys are written, at a time: their table is looked through for each of these.
PAGE = 500
QUERIES = files(__package__) / "queries"
CARRIED = (QUERIES / "carried.sql").read_text(encoding="utf-8")
BROUGHT = (QUERIES / "brought.sql").read_text(encoding="utf-8")


class ImportContents:
    """What one run does with the bytes of assets that its file holds.

    Memory: a piece of one asset, and the buffers of one upload.

    Args:
        storage: takes them; None: they are only looked at.
        prefix: of the keys that they get.
        bundle: where those are that are not in the document.
    """

    def __init__(self, bundle: Bundle | None, *, storage: Storage | None = None, prefix: str = "") -> None:
        self._bundle = bundle
        self._storage = storage
        self.prefix = prefix
        # How many assets have been given a place in the store.
        self.stored = 0
        # How many of them are in staged rows that will be written.
        self.brought = 0
        self._loop = asyncio.get_running_loop()

    @property
    def baggage(self) -> Baggage:
        """What the parser does with what it finds."""
        members = None if self._bundle is None else self._bundle.files
        return Baggage(members, None if self._storage is None else self._keeper)

    async def bring(self, connection: BulkConnection) -> None:
        """Read the bundle's files that belong to staged assets, and store those whose assets are to be written.

        Args:
            connection: whose transaction has staged a file and, where bytes are stored, decided about its rows.

        Raises:
            DocumentError: they are not what the document says.
            StorageError: the store does not give or take them.
        """
        if self._bundle is None:
            return
        after = 0
        while rows := await connection.fetch(CARRIED, after, self._storage is None, PAGE):
            found = [(row["ordinal"], await self._one(self._bundle, row)) for row in rows]
            stored = [(ordinal, content) for ordinal, content in found if content is not None]
            await connection.execute(
                BROUGHT,
                [ordinal for ordinal, _ in stored],
                [content.key for _, content in stored],
                [content.sha256 for _, content in stored],
                [content.crc32 for _, content in stored],
            )
            self.brought += len(stored)
            after = rows[-1]["ordinal"]

    async def _one(self, bundle: Bundle, row: asyncpg.Record) -> Content | None:
        """Read the bytes of one asset; what has become of them, where they are stored."""
        said = {"content_type": row["content_type"], "size": row["size"], "sha256": row["content_sha256"]}
        try:
            async with aclosing(bundle.read(row["content_path"])) as pieces:
                if self._storage is not None:
                    return await take(self._storage, self._next_key(), pieces, **said)
                await _look(pieces, **said)
        except (AssetMismatchError, AssetTooLargeError) as error:
            raise DocumentError(error.code, error.message, path=row["path"]) from error
        return None

    def _next_key(self) -> str:
        self.stored += 1
        return f"{self.prefix}{self.stored}"

    def _keeper(self) -> Keeper:
        if self._storage is None:
            raise AssertionError("there is somewhere to keep it")
        return _Keeper(self._storage, self._next_key(), self._loop)


async def _look(pieces: AsyncIterator[bytes], *, content_type: str, size: int, sha256: str | None) -> None:
    tally = Tally()
    async for piece in pieces:
        tally.add(piece)
    tally.check(content_type=content_type, size=size, sha256=sha256)


class _Keeper:
    """Stores what a parser's thread takes out of a document; see `parsers.baggage.Keeper`."""

    def __init__(self, storage: Storage, key: str, loop: asyncio.AbstractEventLoop) -> None:
        self._storage = storage
        self._key = key
        self._loop = loop
        self._upload: Upload | None = None

    def write(self, piece: bytes) -> None:
        self._wait(self._write(piece))

    def keep(self) -> str:
        self._wait(self._finish())
        return self._key

    def drop(self) -> None:
        self._wait(self._discard())

    def _wait(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _write(self, piece: bytes) -> None:
        if self._upload is None:
            self._upload = await self._storage.create(self._key)
        await self._upload.write(piece)

    async def _finish(self) -> None:
        if self._upload is not None:
            await self._upload.seal()
            await self._upload.publish()
            await self._upload.close()

    async def _discard(self) -> None:
        if self._upload is not None:
            await self._upload.discard()
