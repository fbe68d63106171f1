"""An import into a project that exists, in one transaction."""

import time
from typing import BinaryIO

from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.errors import PreviewStaleError
from storyarn_export.domain.imports import ConflictResolution, ImportReport
from storyarn_export.imports.conflicts import look_again, take_fingerprint
from storyarn_export.imports.contents import ImportContents
from storyarn_export.imports.kept import KeptRows
from storyarn_export.imports.reading import OnProgress, Staged, stage_file
from storyarn_export.imports.refusals import content_refusals
from storyarn_export.imports.report import make_report
from storyarn_export.imports.rewriting import apply_renames, retarget_project
from storyarn_export.materializer.materialize import Materialized, materialize
from storyarn_export.materializer.plan import decide, identify
from storyarn_export.materializer.project import lock_project
from storyarn_export.parsers.guard import Limits


class ExecuteImport:
    """Brings a file into a project; what both have is settled by one of the conflict resolutions.

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
        resolution: ConflictResolution,
        *,
        expected_fingerprint: str | None,
        on_progress: OnProgress | None = None,
        contents: ImportContents | None = None,
        kept: KeptRows | None = None,
    ) -> ImportReport:
        """Execute an import.

        Args:
            connection: in a READ COMMITTED transaction, which the caller commits when this returns and rolls back
                when it raises. The project's row stays locked until then, so that imports into one project queue up.
            project_id: an existing project.
            source: an open file, plain or compressed, which is read forwards and stays open.
            resolution: what becomes of roots that the project has already.
            expected_fingerprint: that of the preview which the caller decided by; None accepts whatever is there.
            on_progress: told, after every batch, how many rows have been read so far; the writing comes after that.
            contents: stores the bytes of assets; None: they are left out.
            kept: rows of the file that may stand in for it.

        Raises:
            DocumentError: the file cannot be read or stored.
            NotFoundError: the project does not exist.
            PreviewStaleError: the project has changed in a way that touches the import.
        """
        started = time.monotonic()
        with content_refusals():
            staged = None if kept is None else await kept.stage(connection, on_progress)
            if staged is None:
                staged = await stage_file(connection, source, self._limits, on_progress, contents)
            await lock_project(connection, project_id)
            await decide(connection, project_id, resolution)
            await self._refuse_stale(connection, project_id, staged, expected_fingerprint)
            done = await self._write(connection, project_id, staged, resolution, contents)
        duration_ms = round((time.monotonic() - started) * 1000)
        return await make_report(connection, done, staged.notices, duration_ms=duration_ms)

    async def _refuse_stale(
        self, connection: BulkConnection, project_id: int, staged: Staged, expected: str | None
    ) -> None:
        if expected is None or expected == await take_fingerprint(connection, project_id):
            return
        raise PreviewStaleError(await look_again(connection, project_id, staged))

    async def _write(
        self,
        connection: BulkConnection,
        project_id: int,
        staged: Staged,
        resolution: ConflictResolution,
        contents: ImportContents | None,
    ) -> Materialized:
        await identify(connection, project_id, resolution, staged.counts)
        if contents is not None:
            await contents.bring(connection)
        if resolution is ConflictResolution.RENAME:
            await apply_renames(connection, self._limits)
        done = await materialize(connection, project_id, staged.head, staged.counts, resolution)
        if resolution is ConflictResolution.OVERWRITE:
            await retarget_project(connection, project_id, self._limits)
        return done
