"""An import into a project that exists, in one transaction."""

from typing import BinaryIO

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.imports import ConflictResolution, ImportReport
from storyarn_export.imports.reading import OnProgress
from storyarn_export.parsers.guard import Limits


class ExecuteImport:
    """Brings a file into a project; what both have is settled by one of the conflict resolutions.

    Args:
        max_bytes: of the file, and of what it unpacks to.
        max_entity_bytes: of one entity's own JSON.
    """

    def __init__(self, *, max_bytes: int, max_entity_bytes: int) -> None:
        self._limits = Limits(max_bytes=max_bytes, max_entity_bytes=max_entity_bytes)

    async def __call__(
        self,
        connection: BulkConnection,
        project_id: int,
        source: BinaryIO,
        resolution: ConflictResolution,
        *,
        expected_fingerprint: str | None,
        on_progress: OnProgress | None = None,
    ) -> ImportReport:
        """Execute an import.

        Args:
            connection: in a READ COMMITTED transaction, which the caller commits when this returns and rolls back
                when it raises. The project's row stays locked until then, so that imports into one project queue up.
            project_id: an existing project.
            source: an open file, plain or gzip, which is read forwards and stays open.
            resolution: what becomes of roots that the project has already.
            expected_fingerprint: that of the preview which the caller decided by; None accepts whatever is there.
            on_progress: told, after every batch, how many rows have been read so far; the writing comes after that.

        Raises:
            DocumentError: the file cannot be read or stored.
            NotFoundError: the project does not exist.
            PreviewStaleError: the project has changed in a way that touches the import.
        """
        raise NotImplementedError
