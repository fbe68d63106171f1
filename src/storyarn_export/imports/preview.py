"""What an import would meet, without writing a story row."""

from typing import BinaryIO

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.imports import Preview, SourceFacts
from storyarn_export.imports.conflicts import look_ahead
from storyarn_export.imports.contents import ImportContents
from storyarn_export.imports.kept import KeptRows
from storyarn_export.imports.reading import OnProgress, stage_file
from storyarn_export.imports.refusals import content_refusals
from storyarn_export.parsers.guard import Limits


class PreviewImport:
    """Reads a file and compares it with a project.

    Args:
        max_bytes: of the file, and of what it unpacks to.
        max_entity_bytes: of one entity's own JSON.
    """

    def __init__(self, *, max_bytes: int, max_entity_bytes: int) -> None:
        self.limits = self._limits = Limits(max_bytes=max_bytes, max_entity_bytes=max_entity_bytes)

    async def __call__(
        self,
        connection: BulkConnection,
        project_id: int,
        source: BinaryIO,
        *,
        on_progress: OnProgress | None = None,
        contents: ImportContents | None = None,
        kept: KeptRows | None = None,
    ) -> tuple[SourceFacts, Preview]:
        """Preview an import.

        Args:
            connection: in a READ COMMITTED transaction, which the caller rolls back: it holds staging tables.
            project_id: the project that would take the file.
            source: an open file, plain or compressed, which is read forwards and stays open.
            on_progress: told, after every batch, how many rows have been read so far.
            contents: looks at the bytes of assets; None: they are left out.
            kept: keeps the rows of a large file for its execution, unless that has to store what the file carries.

        Raises:
            DocumentError: the file cannot be read.
        """
        with content_refusals():
            staged = await stage_file(connection, source, self._limits, on_progress, contents)
            if kept is not None and not staged.document.facts().carries_bytes:
                await kept.keep(connection, staged)
            if contents is not None:
                await contents.bring(connection)
            preview = await look_ahead(connection, project_id, staged)
        return staged.document.facts(), preview
