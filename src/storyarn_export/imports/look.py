"""A look at a stored file: what it holds, and what it would meet."""

from collections.abc import Callable

import asyncpg

from storyarn_export.db.transaction import bulk_transaction
from storyarn_export.domain.imports import Preview, SourceFacts
from storyarn_export.imports.contents import ImportContents
from storyarn_export.imports.kept import KeptRows
from storyarn_export.imports.preview import PreviewImport
from storyarn_export.imports.reading import OnProgress
from storyarn_export.imports.source import StoredSource, open_incoming
from storyarn_export.materializer.materialize import content_refused
from storyarn_export.storage.contract import Storage

# Makes what is told of progress, for a file that is being read.
Watch = Callable[[StoredSource], OnProgress]


class Look:
    """Reads stored files and compares them with projects; the database stays as it was.

    Args:
        bulk: where connections come from.
        storage: where the files are.
        preview: reads and compares.
    """

    def __init__(self, bulk: asyncpg.Pool, storage: Storage, preview: PreviewImport) -> None:
        self._bulk = bulk
        self._storage = storage
        self._preview = preview

    async def __call__(
        self, project_id: int, key: str, *, watch: Watch | None = None
    ) -> tuple[SourceFacts, Preview]:
        """Look at a file.

        Args:
            project_id: that would take it.
            key: of the file.
            watch: is told how much has been read.

        Raises:
            DocumentError: the file cannot be read.
            StorageError: the store does not give it.
        """
        limits = self._preview.limits
        async with open_incoming(self._storage, key, limits) as incoming, self._bulk.acquire() as connection:
            try:
                async with bulk_transaction(connection, keep=False):
                    on_progress = None if watch is None else watch(incoming.raw)
                    return await self._preview(
                        connection,
                        project_id,
                        incoming.file,
                        on_progress=on_progress,
                        contents=ImportContents(incoming.bundle),
                        kept=KeptRows(self._storage, key) if incoming.bundle is None else None,
                    )
            except asyncpg.PostgresError as error:
                refused = content_refused(error)
                if refused is None:
                    raise
                raise refused from error
