"""The bytes of assets, read for an export."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import aclosing
from typing import Any, NamedTuple

import orjson

from storyarn_export.domain.contents import Content
from storyarn_export.domain.errors import AssetDamagedError
from storyarn_export.domain.names import member_name
from storyarn_export.domain.story import Batch
from storyarn_export.serializers.registry import Carried
from storyarn_export.storage.contract import Storage
from storyarn_export.storage.digest import ResumableSha256

# Of a piece: whole bytes and whole base64, 128 KiB of it, which is what a part of an upload may have too much.
PIECE_BYTES = 96 * 1024
# Assets whose bytes are gone from the store that an export tells of; with more, it is not the store that it was.
MAX_LOST = 10_000
NULL = b"null"


class AssetRow(NamedTuple):
    """An asset as the collector gives it.

    Attributes:
        batch: it alone.
        content: its bytes as the row knows them; None where it has none.
    """

    asset_id: str
    filename: str
    batch: Batch
    content: Content | None

    @property
    def carried(self) -> Carried | None:
        """Where its bytes are in a bundle."""
        if self.content is None:
            return None
        return Carried(self.content.sha256, member_name(self.asset_id, self.filename))


def asset_rows(batch: Batch) -> Iterator[AssetRow]:
    """The assets of a batch, one by one."""
    for body, key, sha256, crc32, size in zip(*batch.columns, strict=True):
        shown = orjson.loads(body)
        content = None
        if key != NULL:
            content = Content(key.decode(), int(size), sha256.decode(), int(crc32))
        yield AssetRow(shown["id"], shown["filename"], Batch([batch.tags[0]], ([body],)), content)


class Contents:
    """The bytes of a project's assets, as far as they can be had.

    Memory: the ids of MAX_LOST assets.

    Args:
        storage: where they are.
        lost: what `lost` of an earlier run was.
    """

    def __init__(self, storage: Storage, lost: list[int] | None = None) -> None:
        self._storage = storage
        self._lost = set(lost or ())

    @property
    def lost(self) -> list[int]:
        """Ids of assets whose bytes are gone from the store, as far as they have been looked for."""
        return sorted(self._lost)

    async def looked_for(self, row: AssetRow) -> AssetRow:
        """The asset, without its bytes where the store does not have them any more.

        Raises:
            AssetDamagedError: what the store has is of another size, or it has lost those of more than MAX_LOST.
            StorageError: the store does not answer.
        """
        if row.content is None:
            return row
        size = await self._storage.size(row.content.key)
        if size == row.content.size:
            return row
        if size is not None:
            raise _damaged(row)
        self._lost.add(int(row.asset_id))
        if len(self._lost) > MAX_LOST:
            raise AssetDamagedError(f"The bytes of more than {MAX_LOST} assets are gone from the store.")
        return row._replace(content=None)

    def as_found(self, row: AssetRow) -> AssetRow:
        """The same for one that has been looked for before."""
        return row._replace(content=None) if int(row.asset_id) in self._lost else row

    def read(self, row: AssetRow, state: Mapping[str, Any] | None) -> "ContentReading":
        """Its bytes, from the beginning or from where an earlier run stopped."""
        if row.content is None:
            raise AssertionError("only bytes that were found are read")
        return ContentReading(self._storage, row, row.content, state)


class ContentReading:
    """One pass over the bytes of an asset, which are compared with what the asset knows of them.

    Args:
        storage: where they are.
        row: the asset.
        content: its bytes.
        state: what `state` gave; None for the beginning.
    """

    def __init__(
        self, storage: Storage, row: AssetRow, content: Content, state: Mapping[str, Any] | None
    ) -> None:
        self._storage = storage
        self._row = row
        self._content = content
        self._offset = 0 if state is None else int(state["offset"])
        # None where it cannot be taken up again: then the size alone is compared.
        self._digest = ResumableSha256() if state is None else ResumableSha256.from_state(state["digest"])

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield them in pieces of PIECE_BYTES, the last one shorter; to be closed by whoever leaves early.

        Raises:
            AssetDamagedError: they are others.
            StorageError: the store does not give them.
        """
        rest = b""
        chunks: Any = self._storage.open_read(self._content.key, start=self._offset)
        async with aclosing(chunks):
            async for chunk in chunks:
                rest += chunk
                while len(rest) > PIECE_BYTES:
                    piece, rest = rest[:PIECE_BYTES], rest[PIECE_BYTES:]
                    yield self._passed(piece)
        if rest:
            yield self._passed(rest)
        wrong = self._digest is not None and self._digest.hexdigest() != self._content.sha256
        if wrong or self._offset != self._content.size:
            raise _damaged(self._row)

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the pieces yielded so far; plain JSON."""
        return {"offset": self._offset, "digest": None if self._digest is None else self._digest.state()}

    def _passed(self, piece: bytes) -> bytes:
        self._offset += len(piece)
        if self._digest is not None:
            self._digest.update(piece)
        return piece


def _damaged(row: AssetRow) -> AssetDamagedError:
    return AssetDamagedError(
        f"The stored bytes of asset {row.asset_id} ({row.filename}) are not those that it was given.",
        hint="give the asset its bytes again, or export with include_assets=references",
    )
