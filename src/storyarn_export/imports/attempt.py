"""The one transaction that an attempt at an import is."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol
from uuid import UUID

import asyncpg
import structlog

from storyarn_export.contents.taking import PREFIX
from storyarn_export.contents.unclaimed import ForgetContents
from storyarn_export.db.session import BulkConnection, Sessions
from storyarn_export.db.transaction import bulk_transaction
from storyarn_export.domain.errors import ForbiddenError, ProjectBusyError
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.imports.advance import Advance
from storyarn_export.imports.commit import complete
from storyarn_export.imports.contents import ImportContents
from storyarn_export.imports.endings import Run
from storyarn_export.imports.execute import ExecuteImport
from storyarn_export.imports.kept import KeptRows
from storyarn_export.imports.policy import AT_A_TIME, LOCK_WAIT_SECONDS
from storyarn_export.imports.source import open_incoming
from storyarn_export.imports.status import KEEPING, READING
from storyarn_export.jobs.faults import is_passing
from storyarn_export.jobs.winding_down import in_any_case
from storyarn_export.materializer.materialize import content_refused
from storyarn_export.materializer.project import lock_project
from storyarn_export.storage.contract import Storage

log = structlog.get_logger(__name__)

# Whether a user may import into a project, user first.
MayImport = Callable[[int, int], Awaitable[bool]]
# With these the project's bytes may be replaced.
REPLACING = frozenset({ConflictResolution.OVERWRITE, ConflictResolution.MERGE})
# Entities of a project.
Count = Callable[[int], Awaitable[int]]


class KeepProject(Protocol):
    """Makes the export of a project that an import can be undone with."""

    async def __call__(self, *, project_id: int, user_id: int, reason: UUID, with_bytes: bool) -> UUID | None:
        """Export a project to its end.

        Args:
            project_id: the project.
            user_id: whose export it becomes.
            reason: the import; what an earlier attempt at it has kept is removed.
            with_bytes: also keep the bytes of its assets.

        Returns:
            The export's id; None where there is nothing to keep.

        Raises:
            UndoExportError: it cannot be exported.
            ServiceUnavailableError: it cannot be exported for the moment.
        """


class Attempt:
    """Executes one import: keeps the project as it is, stores the rows and says so, all or nothing.

    Args:
        sessions: where progress is written.
        bulk: where connections come from.
        storage: where the file is.
        execute: stores the rows.
        keep: exports the project before.
        may_import: looks whether who wanted this still may.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        bulk: asyncpg.Pool,
        storage: Storage,
        execute: ExecuteImport,
        keep: KeepProject,
        may_import: MayImport,
    ) -> None:
        self._sessions = sessions
        self._bulk = bulk
        self._storage = storage
        self._execute = execute
        self._keep = keep
        self._may_import = may_import
        self._forget = ForgetContents(sessions, storage)
        self._turns = asyncio.Semaphore(AT_A_TIME)

    async def __call__(self, run: Run, advance: Advance) -> None:
        """Execute a claimed import; when this returns it is committed, and its row says so.

        Raises:
            ForbiddenError: who wanted it may not import any more.
            ProjectBusyError: another import into the project went on for too long.
            PreviewStaleError: the project has changed since the preview.
            UndoExportError: the project cannot be kept as it is.
            DocumentError: the file cannot be stored.
            SupersededError: the run does not hold the job any more.
        """
        key = str(run.job.source_key)
        async with (
            self._turns,
            open_incoming(self._storage, key, self._execute.limits) as incoming,
            self._bulk.acquire() as connection,
        ):
            contents = ImportContents(
                incoming.bundle, storage=self._storage, prefix=f"{_contents_prefix(run)}{run.token}-"
            )
            try:
                # Whether a commit that fails has come through is not known here; its bytes are left for the clean-up.
                async with bulk_transaction(connection, keep=True), self._forgetting(run, contents):
                    await self._lock(connection, run)
                    if run.job.attempt > 1:
                        # Nothing that an earlier attempt has stored can come through any more.
                        await self._forget(_contents_prefix(run))
                    # With the lock: what other imports have done before this one is in what is kept.
                    undo = await self._kept(run, advance)
                    report = await self._execute(
                        connection,
                        run.job.project_id,
                        incoming.file,
                        ConflictResolution(str(run.job.conflict_resolution)),
                        expected_fingerprint=run.fingerprint,
                        on_progress=advance.watch(incoming.raw),
                        contents=contents,
                        kept=KeptRows(self._storage, key) if incoming.bundle is None else None,
                    )
                    await self._refuse_strangers(run)
                    await complete(connection, run.token, report, undo)
                # The others end up in the project: bytes that were embedded are stored before it is known which.
                if contents.stored > contents.brought:
                    await self._tidy(run)
            except asyncpg.LockNotAvailableError as error:
                raise _busy() from error
            except asyncpg.PostgresError as error:
                refused = content_refused(error)
                if refused is None:
                    raise
                raise refused from error

    @asynccontextmanager
    async def _forgetting(self, run: Run, contents: ImportContents) -> AsyncIterator[None]:
        """Remove the bytes that a run has stored if it does not come to its commit."""
        try:
            yield
        except BaseException:
            if contents.stored:
                await in_any_case(self._forget.uncommitted(f"{_contents_prefix(run)}{run.token}-"))
            raise

    async def _tidy(self, run: Run) -> None:
        """Remove bytes that have come to no asset; the import is committed, whatever happens here."""
        try:
            await self._forget(_contents_prefix(run))
        except Exception as error:
            if not is_passing(error):
                raise
            log.warning("bytes of assets are left for the clean-up", job_id=str(run.job.id))

    async def _lock(self, connection: BulkConnection, run: Run) -> None:
        await self._refuse_strangers(run)
        # Also of everything that follows: nobody's lock is waited for any longer.
        await connection.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT_SECONDS}s'")
        await lock_project(connection, run.job.project_id)

    async def _kept(self, run: Run, advance: Advance) -> UUID | None:
        job = run.job
        await advance.say(KEEPING)
        # What brings bytes may take the place of those that are there.
        brings_bytes = bool((job.source_facts or {}).get("carries_bytes"))
        undo = await self._keep(
            project_id=job.project_id,
            user_id=int(job.executor_id or 0),
            reason=job.id,
            with_bytes=brings_bytes and job.conflict_resolution in REPLACING,
        )
        await advance.say(READING, undo_job_id=undo)
        return undo

    async def _refuse_strangers(self, run: Run) -> None:
        user_id = run.job.executor_id
        if user_id is None or not await self._may_import(user_id, run.job.project_id):
            raise ForbiddenError(
                "Who wanted this import may not import into the project any more.",
                hint="an editor or owner of the project can bring the file again",
            )


def _contents_prefix(run: Run) -> str:
    """What the keys of bytes begin with that an import stores; those of each run have its token, too."""
    return f"{PREFIX}{run.job.project_id}/{run.job.id}/"


def _busy() -> ProjectBusyError:
    return ProjectBusyError(
        "Another import into the project was not over in time.", hint="execute it again when that is over"
    )
