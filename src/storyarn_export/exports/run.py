"""One run of one export: claimed, attempted, ended."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import StorageError, StoryarnError, SupersededError
from storyarn_export.domain.lifecycle import ACTIVE
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.attempt import Attempt, RunPolicy
from storyarn_export.exports.claimed import Run
from storyarn_export.exports.endings import Endings
from storyarn_export.exports.status import JOBS, claim, held
from storyarn_export.exports.sweep import SweepJob
from storyarn_export.jobs.faults import is_passing
from storyarn_export.jobs.steady import steadily
from storyarn_export.jobs.winding_down import in_any_case
from storyarn_export.queueing.queue import Queue
from storyarn_export.serializers.registry import FormatRegistry
from storyarn_export.storage.contract import Storage

log = structlog.get_logger(__name__)


class RunExport:
    """Runs exports: claims the job, writes the file, ends the row.

    Args:
        sessions: where rows of jobs are written.
        bulk: where projects are read.
        storage: takes the file.
        formats: the formats there are.
        queue: takes a job back when the process stops or something is away.
        policy: how runs behave.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        bulk: asyncpg.Pool,
        storage: Storage,
        formats: FormatRegistry,
        queue: Queue,
        policy: RunPolicy,
    ) -> None:
        self._sessions = sessions
        self._formats = formats
        self._sweep = SweepJob(storage)
        self._attempt = Attempt(
            sessions=sessions, bulk=bulk, storage=storage, sweep=self._sweep, policy=policy
        )
        self._endings = Endings(sessions, queue, policy)

    async def __call__(self, job_id: UUID) -> None:
        """Run a pending job to its end; one that is gone or claimed already is left alone.

        The row ends completed, failed or, where something is away for the moment, pending for another run. A run that
        is cancelled hands the job back, unless someone has cancelled the job.

        Raises:
            asyncio.CancelledError: the process stops, the job was cancelled, or the request went away.
        """
        token = uuid4()
        try:
            run = await steadily(lambda: self._take(job_id, token))
        except asyncio.CancelledError:
            await in_any_case(self._let_go(job_id, token))
            raise
        if run is None:
            return
        try:
            written = await self._attempt(run)
            await steadily(lambda: self._endings.complete(run, written))
        except asyncio.CancelledError:
            await in_any_case(self._stopped(run))
            raise
        except SupersededError:
            await in_any_case(self._superseded(run))
        except Exception as error:
            await in_any_case(self._faulted(run, error))
            if not _is_known(error):
                raise

    async def _take(self, job_id: UUID, token: UUID) -> Run | None:
        async with self._sessions.begin() as session:
            # Held already: it was claimed, and only the answer was lost.
            job = await claim(session, job_id, token) or await held(session, job_id, token)
        return None if job is None else self._run(job, token)

    async def _let_go(self, job_id: UUID, token: UUID) -> None:
        """Hand back what may have been claimed in the moment of the cancellation."""

        async def look() -> Run | None:
            async with self._sessions() as session:
                job = await held(session, job_id, token)
            return None if job is None else self._run(job, token)

        run = await steadily(look)
        if run is not None:
            await self._stopped(run)

    def _run(self, job: ExportJob, token: UUID) -> Run:
        return Run(job, token, self._formats.get(job.format), ExportOptions.from_json(job.options))

    async def _stopped(self, run: Run) -> None:
        try:
            if await steadily(lambda: self._endings.hand_back(run)):
                return
        except SupersededError:
            await self._superseded(run)
            return
        await self._clear(run)

    async def _faulted(self, run: Run, error: Exception) -> None:
        if not isinstance(error, StoryarnError):
            log.error("export failed", job_id=str(run.job.id), exc_info=error)
        passing = is_passing(error)
        try:
            if await steadily(lambda: self._endings.fault(run, error, passing=passing)):
                return
        except SupersededError:
            await self._superseded(run)
            return
        await self._clear(run)

    async def _superseded(self, run: Run) -> None:
        """Leave no trace of a run that does not hold its job any more, and touch nothing of the one that does."""
        log.info("export superseded", job_id=str(run.job.id))

        async def look() -> tuple[str, str | None] | None:
            query = select(JOBS.c.status, JOBS.c.file_key).where(JOBS.c.id == run.job.id)
            async with self._sessions() as session:
                found = (await session.execute(query)).one_or_none()
            return None if found is None else (found.status, found.file_key)

        now = await steadily(look)
        # While the job is active, its next run removes what is not its own as soon as it begins.
        if now is None or now[0] not in ACTIVE:
            await self._clear(run, keep=None if now is None else now[1])

    async def _clear(self, run: Run, *, keep: str | None = None) -> None:
        try:
            await self._sweep(run.job.project_id, run.job.id, keep=keep)
        except StorageError as error:
            log.warning("stored bytes are left for the clean-up", job_id=str(run.job.id), error=error.message)


def _is_known(error: Exception) -> bool:
    return isinstance(error, StoryarnError | asyncpg.PostgresError | SQLAlchemyError) or is_passing(error)
