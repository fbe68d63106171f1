"""The loop that every export is: rows from a snapshot, through a serializer, as bytes."""

from collections.abc import AsyncGenerator, Awaitable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Self

from storyarn_export.collector.census import Census
from storyarn_export.collector.cursor import Cursor
from storyarn_export.collector.snapshot import Snapshot
from storyarn_export.domain.errors import CountMismatchError
from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import Batch, Kind, Section
from storyarn_export.exports.embedding import AssetPart
from storyarn_export.serializers.registry import Serializer


@dataclass(frozen=True, slots=True)
class Stop:
    """Where in a document one writer stopped and another can go on: after a row of a section."""

    section: Section
    cursor: Cursor

    def to_json(self) -> list[str]:
        """As plain JSON."""
        return [self.section.value, *self.cursor.to_json()]

    @classmethod
    def from_json(cls, stored: Any) -> Self:
        """What `to_json` gave."""
        section, *cursor = stored
        return cls(Section(section), Cursor.from_json(cursor))


class Document:
    """One document being written.

    Args:
        snapshot: the state to write.
        serializer: a fresh one, or one restored as it was at `start`; its `written` counts what the pieces hold.
        project_id: id of the project.
        options: sections and filters.
        census: the snapshot's, as `Snapshot.rows` wants it.
        start: where an earlier writer stopped; None for the whole document.
        assets: writes the assets where their bytes travel with them.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        serializer: Serializer,
        project_id: int,
        options: ExportOptions,
        census: Awaitable[Census],
        *,
        start: Stop | None = None,
        assets: AssetPart | None = None,
    ) -> None:
        self._snapshot = snapshot
        self._serializer = serializer
        self._project_id = project_id
        self._options = options
        self._census = census
        self._start = start
        self._assets = assets
        self._at: tuple[Section, Batch] | None = None
        self._in_assets = False

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """Yield the document's bytes in order, about one batch of rows at a time.

        To be closed by whoever leaves early, before the snapshot is: rows are on their way.

        Raises:
            LookupError: the row at which the earlier writer stopped is gone.
        """
        serializer, start, sections = self._serializer, self._start, self._options.sections
        if start is None:
            yield serializer.begin()
        else:
            sections = sections[sections.index(start.section) :]
        for section in sections:
            after = None
            if start is not None and section is start.section:
                after = start.cursor
            else:
                yield serializer.begin_section(section)
            async with aclosing(self._section(section, after)) as pieces:
                async for piece in pieces:
                    yield piece
            self._at, self._in_assets = None, False
            yield serializer.end_section(section)
        yield serializer.finish()

    @property
    def written(self) -> Mapping[Kind, int]:
        """Rows written so far, by kind."""
        return self._serializer.written

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the pieces yielded so far, beside `stop`; plain JSON."""
        state = self._serializer.state()
        return state | self._assets.state() if self._assets is not None and self._in_assets else state

    def stop(self) -> Stop | None:
        """Where a writer could stop after the last piece; None where only structure has been written."""
        if self._assets is not None and self._in_assets:
            return Stop(Section.ASSETS, self._assets.stop())
        if self._at is None:
            return None
        section, batch = self._at
        return Stop(section, Cursor.after(batch, self._serializer.written))

    async def _section(self, section: Section, after: Cursor | None) -> AsyncGenerator[bytes, None]:
        async with aclosing(self._rows(section, after)) as batches:
            if section is Section.ASSETS and self._assets is not None:
                async with aclosing(self._assets.pieces(batches)) as pieces:
                    async for piece in pieces:
                        self._in_assets = True
                        yield piece
                return
            async for batch in batches:
                piece = self._serializer.rows(batch)
                self._at = (section, batch)
                yield piece

    def _rows(self, section: Section, after: Cursor | None) -> AsyncGenerator[Batch, None]:
        return self._snapshot.rows(section, self._project_id, self._options, self._census, after=after)


def reconcile(written: Mapping[Kind, int], census: Census) -> None:
    """Compare what was written with what was counted.

    Raises:
        CountMismatchError: they differ; the message names the kinds.
    """
    wrong = [
        f"{kind}: counted {census.counts.get(kind, 0)}, written {written.get(kind, 0)}"
        for kind in Kind
        if written.get(kind, 0) != census.counts.get(kind, 0)
    ]
    if wrong:
        raise CountMismatchError(f"The file does not hold what was counted ({'; '.join(wrong)}).")
