"""An export that is an archive: a file an asset, then the document, then the list of both.

The list is made from the rows once more, so that neither memory nor a checkpoint holds it.
"""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from storyarn_export.collector.census import Census
from storyarn_export.collector.cursor import Cursor
from storyarn_export.collector.snapshot import Snapshot
from storyarn_export.domain.contents import Content
from storyarn_export.domain.errors import CountMismatchError
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Kind, Section
from storyarn_export.exports.contents import AssetRow, ContentReading, Contents, asset_rows
from storyarn_export.exports.document import Document, Stop
from storyarn_export.exports.embedding import NOTHING_YET, Naming
from storyarn_export.serializers.registry import AssetSerializer
from storyarn_export.serializers.writing import archive

DOCUMENT = "project.json"


@dataclass(frozen=True, slots=True)
class Source:
    """What a document is made from; see `exports.document.Document`."""

    snapshot: Snapshot
    serializer: AssetSerializer
    project_id: int
    options: ExportOptions
    census: Awaitable[Census]


class Bundle:
    """One bundle being written; like a `Document`.

    Memory: one piece of an asset, one batch, one block of what is deflated.

    Args:
        source: what the document is made from; its serializer fresh, or restored as it was at `start`.
        contents: the bytes of assets.
        start: where an earlier writer stopped; None for the whole bundle.
        state: what `state` gave there.
    """

    def __init__(
        self,
        source: Source,
        contents: Contents,
        *,
        start: Stop | None = None,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        given = state or {"files": 0, "offset": 0, "reading": None, "deflated": None}
        self._source = source
        self._contents = contents
        self._start = start
        # Files that are written whole, and where the document begins or the next file.
        self._files, self._offset = int(given["files"]), int(given["offset"])
        self._begun = given["reading"]
        self._reading: ContentReading | None = None
        self._after = NOTHING_YET if start is None else start.cursor
        self._deflated: archive.Deflated | None = None
        if given["deflated"] is not None:
            self._deflated = archive.Deflated(DOCUMENT, given["deflated"])
        self._document: Document | None = None

    @property
    def written(self) -> Mapping[Kind, int]:
        """Rows written so far, by kind; an asset counts when its file is written."""
        rows = dict(self._source.serializer.written)
        return rows | {Kind.ASSET: max(self._files, rows.get(Kind.ASSET, 0))}

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the bundle's bytes in order; to be closed by whoever leaves early, before the snapshot is."""
        start = self._start
        if self._deflated is None:
            start = None
            async with aclosing(self._all_files()) as pieces:
                async for piece in pieces:
                    yield piece
            self._deflated = archive.Deflated(DOCUMENT)
            yield archive.open_header(DOCUMENT)
        async with aclosing(self._packed(self._deflated, start)) as pieces:
            async for piece in pieces:
                yield piece
        rest, document = self._deflated.finish()
        self._document = None
        yield rest + archive.sizes(document)
        async with aclosing(self._list(document)) as pieces:
            async for piece in pieces:
                yield piece

    def stop(self) -> Stop | None:
        """Where a writer could stop after the last piece; None where only structure has been written."""
        if self._document is not None:
            return self._document.stop()
        return Stop(Section.ASSETS, self._after) if self._deflated is None else None

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the pieces yielded so far; plain JSON."""
        return {
            **self._source.serializer.state(),
            "lost": self._contents.lost,
            "files": self._files,
            "offset": self._offset,
            "reading": None if self._reading is None else self._reading.state(),
            "deflated": None if self._deflated is None else self._deflated.state(),
        }

    async def _all_files(self) -> AsyncGenerator[bytes, None]:
        async with aclosing(self._rows(self._after)) as rows:
            async for row in rows:
                async with aclosing(self._file(row)) as pieces:
                    async for piece in pieces:
                        yield piece

    async def _file(self, row: AssetRow) -> AsyncGenerator[bytes, None]:
        begun, self._begun = self._begun, None
        if begun is None:
            row = await self._contents.looked_for(row)
        if row.content is None:
            self._passed(row, 0)
            return
        header = archive.header(_member(row, row.content))
        self._reading = self._contents.read(row, begun)
        if begun is None:
            yield header
        async with aclosing(self._reading.pieces()) as pieces:
            async for piece in pieces:
                yield piece
        self._reading = None
        self._passed(row, len(header) + row.content.size)

    def _passed(self, row: AssetRow, length: int) -> None:
        self._offset += length
        self._files += 1
        self._after = Cursor(Kind.ASSET, (row.asset_id,))

    async def _packed(self, deflated: archive.Deflated, start: Stop | None) -> AsyncGenerator[bytes, None]:
        source = self._source
        assets = Naming(source.serializer, self._contents, None if start is None else start.cursor)
        self._document = Document(
            source.snapshot,
            source.serializer,
            source.project_id,
            source.options,
            source.census,
            start=start,
            assets=assets,
        )
        async with aclosing(self._document.pieces()) as pieces:
            async for piece in pieces:
                packed = deflated.feed(piece)
                if packed:
                    yield packed

    async def _list(self, document: archive.Member) -> AsyncGenerator[bytes, None]:
        offset = size = members = 0
        async with aclosing(self._rows(NOTHING_YET)) as rows:
            async for row in rows:
                found = self._contents.as_found(row)
                if found.content is None:
                    continue
                member = _member(found, found.content)
                entry = archive.entry(member, offset)
                offset += len(archive.header(member)) + member.packed
                size, members = size + len(entry), members + 1
                yield entry
        if offset != self._offset:
            raise CountMismatchError("The bundle does not hold the files that it lists.")
        entry = archive.entry(document, offset)
        size, members = size + len(entry), members + 1
        begins = offset + len(archive.open_header(DOCUMENT)) + document.packed + archive.SIZES.size
        yield entry + archive.end(members, begins, size)

    async def _rows(self, after: Cursor) -> AsyncGenerator[AssetRow, None]:
        source = self._source
        batches = source.snapshot.rows(
            Section.ASSETS, source.project_id, source.options, source.census, after=after
        )
        async with aclosing(batches):
            async for batch in batches:
                for row in asset_rows(batch):
                    yield row


def _member(row: AssetRow, content: Content) -> archive.Member:
    carried = row.carried
    if carried is None:
        raise AssertionError("an asset with bytes has a place for them")
    return archive.stored(carried.path, content.crc32, content.size)
