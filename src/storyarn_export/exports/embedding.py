"""The section of assets where their bytes travel with them."""

from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any, Protocol

from storyarn_export.collector.cursor import Cursor
from storyarn_export.domain.story import Batch, Kind
from storyarn_export.exports.contents import AssetRow, ContentReading, Contents, asset_rows
from storyarn_export.serializers.registry import AssetSerializer

# Before the first asset.
NOTHING_YET = Cursor(Kind.ASSET, ("0",))


class AssetPart(Protocol):
    """Writes the items of the section of assets."""

    def pieces(self, batches: AsyncIterator[Batch]) -> AsyncGenerator[bytes, None]:
        """Yield their bytes in order.

        Args:
            batches: as the collector gives them where bytes travel.
        """

    def stop(self) -> Cursor:
        """The last asset that is written whole; one that is begun is gone on with."""

    def state(self) -> dict[str, Any]:
        """What has to be known of one that is begun; plain JSON."""


class Embedding:
    """Writes assets with their bytes in base64.

    Memory: one piece.

    Args:
        serializer: writes what stands around them.
        contents: the bytes.
        after: the last asset that an earlier run has written whole.
        state: what `state` of an earlier run gave.
    """

    def __init__(
        self,
        serializer: AssetSerializer,
        contents: Contents,
        after: Cursor | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        self._serializer = serializer
        self._contents = contents
        self._after = after or NOTHING_YET
        self._begun = None if state is None else state.get("reading")
        self._reading: ContentReading | None = None

    async def pieces(self, batches: AsyncIterator[Batch]) -> AsyncGenerator[bytes, None]:
        """See `AssetPart`."""
        async for batch in batches:
            for row in asset_rows(batch):
                async with aclosing(self._asset(row)) as pieces:
                    async for piece in pieces:
                        yield piece

    def stop(self) -> Cursor:
        """See `AssetPart`."""
        return self._after

    def state(self) -> dict[str, Any]:
        """See `AssetPart`."""
        return {} if self._reading is None else {"reading": self._reading.state()}

    async def _asset(self, row: AssetRow) -> AsyncGenerator[bytes, None]:
        begun, self._begun = self._begun, None
        after = self._serializer.after_bytes()
        if begun is None:
            row = await self._contents.looked_for(row)
            sha256 = None if row.content is None else row.content.sha256
            before, after = self._serializer.embedded(row.batch, sha256)
            if row.content is None:
                self._after = Cursor(Kind.ASSET, (row.asset_id,))
                yield before
                return
            self._reading = self._contents.read(row, None)
            yield before
        else:
            self._reading = self._contents.read(row, begun)
        async with aclosing(self._reading.pieces()) as pieces:
            async for piece in pieces:
                yield b64encode(piece)
        self._reading, self._after = None, Cursor(Kind.ASSET, (row.asset_id,))
        yield after


class Naming:
    """Writes assets whose bytes are members of the bundle that the document is in.

    Args:
        serializer: writes them.
        contents: has looked for all of them.
        after: the last asset that an earlier run has written.
    """

    def __init__(self, serializer: AssetSerializer, contents: Contents, after: Cursor | None = None) -> None:
        self._serializer = serializer
        self._contents = contents
        self._after = after or NOTHING_YET

    async def pieces(self, batches: AsyncIterator[Batch]) -> AsyncGenerator[bytes, None]:
        """See `AssetPart`."""
        async for batch in batches:
            rows = [self._contents.as_found(row) for row in asset_rows(batch)]
            self._after = Cursor(Kind.ASSET, (rows[-1].asset_id,))
            yield self._serializer.named(batch, [row.carried for row in rows])

    def stop(self) -> Cursor:
        """See `AssetPart`."""
        return self._after

    def state(self) -> dict[str, Any]:
        """Between two batches there is nothing to know."""
        return {}
