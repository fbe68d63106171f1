"""A small project streamed at once, without a job."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime

import asyncpg
import orjson

from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.domain.errors import ExportTooLargeError, NotFoundError
from storyarn_export.domain.names import export_filename
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.document import reconcile
from storyarn_export.exports.request import RequestExport
from storyarn_export.exports.validating import look, refuse_errors
from storyarn_export.exports.writing import open_writer
from storyarn_export.serializers.registry import Format, FormatRegistry, Header
from storyarn_export.storage.contract import Storage


@dataclass(frozen=True, slots=True)
class QuickStream:
    """A document that is being made.

    Attributes:
        chunks: its bytes; the snapshot is open while they are pulled.
    """

    filename: str
    content_type: str
    chunks: AsyncIterator[bytes]


class QuickExport:
    """Streams projects of at most `threshold` entities.

    Args:
        bulk: where projects are read.
        storage: where the bytes of assets are.
        formats: the formats there are.
        request: counts and checks filters as for a job.
        threshold: entities at most, inclusive.
    """

    def __init__(
        self,
        bulk: asyncpg.Pool,
        storage: Storage,
        formats: FormatRegistry,
        request: RequestExport,
        *,
        threshold: int,
    ) -> None:
        self._bulk = bulk
        self._storage = storage
        self._formats = formats
        self._request = request
        self._threshold = threshold

    async def __call__(self, *, project_id: int, format_name: str, options: ExportOptions) -> QuickStream:
        """Begin the stream of a project.

        Args:
            project_id: id of the project.
            format_name: name or alias of the format.
            options: what to write.

        Raises:
            UnknownFormatError: no such format.
            InvalidOptionsError: a filter names something that is not in the project, or assets cannot travel so.
            ExportTooLargeError: more entities than the threshold; `extra` has `entity_count` and `threshold`.
            NotFoundError: no such project.

        The first chunk may raise:
            ValidationFailedError: the project has errors, and the export was told to stop at those.
        """
        chosen = self._formats.get(format_name)
        chosen.refuse_unoffered(options)
        count = (await self._request.count(project_id, options)).total
        if count > self._threshold:
            raise ExportTooLargeError(
                f"{count} entities are too many to stream at once; the limit is {self._threshold}.",
                hint="Ask for an export job instead.",
                extra={"entity_count": count, "threshold": self._threshold},
            )
        async with open_snapshot(self._bulk) as snapshot:
            project = await snapshot.project(project_id)
        if project is None:
            raise NotFoundError("There is no such project.")
        shown = orjson.loads(project)
        kind = chosen.file_kind(options)
        filename = export_filename(
            name=shown["name"], slug=shown["slug"], project_id=project_id, extension=kind.extension
        )
        return QuickStream(filename, kind.media_type, self._stream(chosen, project_id, options))

    async def _stream(self, chosen: Format, project_id: int, options: ExportOptions) -> AsyncIterator[bytes]:
        async with open_snapshot(self._bulk) as snapshot:
            project = await snapshot.project(project_id)
            if project is None:
                raise NotFoundError("The project is gone.")
            counting = await snapshot.begin_census(project_id, options, beside=False)
            report = await look(snapshot, project_id, options, counting)
            if report is not None:
                refuse_errors(report)
            validation = None if report is None else report.metadata()
            serializer = chosen.serializer(Header(project, datetime.now(UTC), options, validation))
            writer = open_writer(snapshot, serializer, project_id, options, counting, self._storage)
            async with aclosing(writer.pieces()) as pieces:
                async for piece in pieces:
                    yield piece
            reconcile(serializer.written, await counting)
