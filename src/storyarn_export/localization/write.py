"""Someone wants the texts of a project as a file for translators."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import BinaryIO

import asyncpg
import orjson

from storyarn_export.collector.snapshot import Snapshot, open_snapshot
from storyarn_export.domain.errors import ExportTooLargeError, InvalidOptionsError, NotFoundError
from storyarn_export.domain.names import export_filename
from storyarn_export.domain.story import Batch
from storyarn_export.localization.collect import Grouping, Locales, read_batches, read_locales
from storyarn_export.localization.format import TextFormat, Writer
from storyarn_export.localization.limits import AT_A_TIME, MAX_WRITTEN_BYTES
from storyarn_export.localization.spool import Spool
from storyarn_export.localization.texts import Head
from storyarn_export.localization.threads import one_thread


@dataclass(frozen=True, slots=True)
class TextsFile:
    """A file that has been written.

    Attributes:
        size: bytes.
        file: whoever has it closes it, and it is gone.
    """

    filename: str
    media_type: str
    size: int
    file: BinaryIO


class WriteTexts:
    """Writes the texts of one consistent state of a project into a temporary file.

    Into a file first: what does not fit into the format is a refusal and not half an answer, and no slow reader keeps a
    snapshot open. Memory: two batches of rows and what the format's library holds.

    Args:
        bulk: where projects are read.
        spool: has the files.
    """

    def __init__(self, bulk: asyncpg.Pool, spool: Spool) -> None:
        self._bulk = bulk
        self._spool = spool
        self._places = asyncio.Semaphore(AT_A_TIME)

    async def __call__(self, project_id: int, chosen: TextFormat, locales: Sequence[str] | None) -> TextsFile:
        """Write a file.

        Args:
            project_id: id of the project.
            chosen: the format.
            locales: locale codes that are wanted; None for all that texts have. One where the format has one.

        Raises:
            NotFoundError: no such project.
            InvalidOptionsError: the project does not have these languages.
            UnrepresentableTextError: a text does not fit into the format.
            ExportTooLargeError: the file would have more than MAX_WRITTEN_BYTES.
            ServiceUnavailableError: too many files are on their way.
        """
        file = self._spool.open()
        try:
            async with self._places, open_snapshot(self._bulk) as snapshot:
                filename = await self._written(snapshot, project_id, chosen, locales, file)
            size = file.seek(0, 2)
        except BaseException:
            file.close()
            raise
        return TextsFile(filename, chosen.media_type, size, file)

    async def _written(
        self,
        snapshot: Snapshot,
        project_id: int,
        chosen: TextFormat,
        wanted: Sequence[str] | None,
        file: BinaryIO,
    ) -> str:
        """Write the file; its name."""
        project = await snapshot.project(project_id)
        if project is None:
            raise NotFoundError("There is no such project.")
        shown = orjson.loads(project)
        found = await read_locales(snapshot, project_id)
        locales = _chosen(found, wanted)
        writing = _Writing(chosen.writer(file, Head(shown["name"], found.source, locales)))
        async with one_thread() as run, aclosing(read_batches(snapshot, project_id, locales)) as batches:
            try:
                await run(writing.begin)
                async for batch in batches:
                    await run(partial(writing.take, batch))
                    _refuse_too_large(file)
                await run(writing.finish)
            except BaseException:
                await run(writing.abandon)
                raise
        _refuse_too_large(file)
        name = export_filename(
            name=shown["name"], slug=shown["slug"], project_id=project_id, extension=chosen.name
        )
        return name.replace(".", f"-{locales[0]}.", 1) if chosen.one_language else name


class _Writing:
    """The steps of one file, all in one thread.

    Args:
        writer: of the file.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._grouping = Grouping()
        self._is_whole = False

    def begin(self) -> None:
        self._writer.begin()

    def take(self, batch: Batch) -> None:
        self._writer.write(self._grouping.feed(batch))

    def finish(self) -> None:
        self._writer.write(self._grouping.end())
        self._writer.finish()
        self._is_whole = True

    def abandon(self) -> None:
        # A step that nobody waited for any more may have been the last.
        if not self._is_whole:
            self._writer.abandon()


def _refuse_too_large(file: BinaryIO) -> None:
    if file.tell() > MAX_WRITTEN_BYTES:
        raise ExportTooLargeError(
            f"The texts are more than {MAX_WRITTEN_BYTES} bytes.", hint="Ask for fewer languages at a time."
        )


def _chosen(found: Locales, wanted: Sequence[str] | None) -> list[str]:
    """The locale codes of the file, in the order of the project's languages."""
    if wanted is None:
        return list(found.used)
    strange = [code for code in wanted if code not in found.known]
    if strange:
        errors = [
            {"path": f"languages[{index}]", "message": f"{code!r} is not a language of this project"}
            for index, code in enumerate(wanted)
            if code in strange
        ]
        raise InvalidOptionsError(
            f"The project has no language {', '.join(strange)}.",
            hint=f"It has {', '.join(found.known) or 'none'}.",
            extra={"errors": errors},
        )
    return [code for code in found.known if code in wanted]
