"""What an export writes: a document, compressed or not, or a bundle with a document in it."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from typing import Any, Protocol

from storyarn_export.collector.census import Census
from storyarn_export.collector.snapshot import Snapshot
from storyarn_export.domain.options import AssetMode, Compression, ExportOptions
from storyarn_export.domain.story import Kind
from storyarn_export.exports.bundle import Bundle, Source
from storyarn_export.exports.compressing import Compressed
from storyarn_export.exports.contents import Contents
from storyarn_export.exports.document import Document, Stop
from storyarn_export.exports.embedding import Embedding
from storyarn_export.serializers.registry import AssetSerializer, Serializer
from storyarn_export.serializers.writing.packing import open_packer
from storyarn_export.storage.contract import Storage


class Writer(Protocol):
    """Writes one file, piece by piece; see `exports.document.Document`."""

    @property
    def written(self) -> Mapping[Kind, int]:
        """Rows written so far, by kind."""

    def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the file's bytes in order."""

    def stop(self) -> Stop | None:
        """Where a writer could stop after the last piece."""

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on from there; plain JSON."""


def open_writer(
    snapshot: Snapshot,
    serializer: Serializer,
    project_id: int,
    options: ExportOptions,
    census: Awaitable[Census],
    storage: Storage,
    *,
    start: tuple[Stop, Mapping[str, Any]] | None = None,
) -> Writer:
    """What writes an export.

    Args:
        snapshot: the state to write.
        serializer: a fresh one; restored here, where there is a start.
        project_id: id of the project.
        options: sections, filters, and how assets travel.
        census: the snapshot's.
        storage: where the bytes of assets are.
        start: where an earlier writer stopped, and its state there.
    """
    stop, state = (None, None) if start is None else start
    if state is not None:
        serializer.restore(state)
    assets = None
    if options.carries_bytes:
        if not isinstance(serializer, AssetSerializer):
            raise TypeError("a format that takes no bytes is refused before")
        if options.include_assets is AssetMode.BUNDLED:
            source = Source(snapshot, serializer, project_id, options, census)
            contents = Contents(storage, None if state is None else state["lost"])
            return Bundle(source, contents, start=stop, state=state)
        assets = Embedding(serializer, Contents(storage), None if stop is None else stop.cursor, state)
    document = Document(snapshot, serializer, project_id, options, census, start=stop, assets=assets)
    if options.compression is Compression.NONE:
        return document
    packer = open_packer(options.compression, None if state is None else state["packed"])
    return Compressed(document, packer, begun=state is not None)
