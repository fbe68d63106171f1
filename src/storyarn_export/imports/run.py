"""One run of one import: claimed, read or executed, ended."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import structlog
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import PreviewStaleError, StoryarnError, SupersededError
from storyarn_export.imports.advance import Advance
from storyarn_export.imports.attempt import Attempt
from storyarn_export.imports.endings import Endings, Run
from storyarn_export.imports.forget import ForgetSource
from storyarn_export.imports.look import Look
from storyarn_export.imports.policy import ImportPolicy
from storyarn_export.imports.status import claim, held
from storyarn_export.jobs.faults import is_passing
from storyarn_export.jobs.steady import steadily
from storyarn_export.jobs.winding_down import in_any_case
from storyarn_export.progress.throttle import Throttle

log = structlog.get_logger(__name__)


class RunImport:
    """Runs imports: claims the job, looks at the file or executes it, ends the row.

    Args:
        sessions: where rows of jobs are written.
        look: reads files for the first time.
        attempt: executes.
        endings: of runs.
        forget: removes files of imports that are over.
        policy: how runs behave.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        look: Look,
        attempt: Attempt,
        endings: Endings,
        forget: ForgetSource,
        policy: ImportPolicy,
    ) -> None:
        self._sessions = sessions
        self._look = look
        self._attempt = attempt
        self._endings = endings
        self._forget = forget
        self._policy = policy

    async def __call__(self, job_id: UUID) -> None:
        """Run a waiting import; one that is gone, claimed already or waits for a person is left alone.

        The row ends ready, completed or failed, or waits for another run where something is away for the moment. A run
        that is cancelled hands the import back, unless someone has cancelled that.

        Raises:
            asyncio.CancelledError: the process stops, the import was cancelled, or the request went away.
        """
        token = uuid4()

        async def take() -> Run | None:
            async with self._sessions.begin() as session:
                # Held already: it was claimed, and only the answer was lost.
                job = await claim(session, job_id, token) or await held(session, job_id, token)
            return None if job is None else Run(job, token)

        try:
            run = await steadily(take)
        except asyncio.CancelledError:
            await in_any_case(self._let_go(job_id, token))
            raise
        if run is None:
            return
        try:
            await self._do(run)
        except asyncio.CancelledError:
            await in_any_case(self._stopped(run))
            raise
        except SupersededError:
            log.info("import superseded", job_id=str(job_id))
        except PreviewStaleError as stale:
            await in_any_case(self._turned_down(run, stale))
        except Exception as error:
            await in_any_case(self._faulted(run, error))
            if not _is_known(error):
                raise
        await self._forget.when_over(job_id)

    async def _let_go(self, job_id: UUID, token: UUID) -> None:
        """Hand back what may have been claimed in the moment of the cancellation."""

        async def look() -> Run | None:
            async with self._sessions() as session:
                job = await held(session, job_id, token)
            return None if job is None else Run(job, token)

        run = await steadily(look)
        if run is not None:
            await self._stopped(run)

    async def _do(self, run: Run) -> None:
        job = run.job
        throttle = Throttle(
            every=self._policy.progress_every,
            min_interval_seconds=self._policy.progress_min_interval_seconds,
        )
        advance = Advance(
            self._sessions,
            run.token,
            throttle=throttle,
            expected=job.entities_total if run.executes else None,
            source_bytes=job.source_size or 0,
        )
        if run.executes:
            await self._attempt(run, advance)
            return
        facts, preview = await self._look(job.project_id, str(job.source_key), watch=advance.watch)
        await steadily(lambda: self._endings.ready(run, facts, preview))

    async def _turned_down(self, run: Run, stale: PreviewStaleError) -> None:
        try:
            await steadily(lambda: self._endings.stale(run, stale.preview))
        except SupersededError:
            log.info("import superseded", job_id=str(run.job.id))

    async def _stopped(self, run: Run) -> None:
        try:
            await steadily(lambda: self._endings.hand_back(run))
        except SupersededError:
            log.info("import superseded", job_id=str(run.job.id))
            await self._forget.when_over(run.job.id)

    async def _faulted(self, run: Run, error: Exception) -> None:
        if not isinstance(error, StoryarnError):
            log.error("import failed", job_id=str(run.job.id), exc_info=error)
        passing = is_passing(error)
        try:
            await steadily(lambda: self._endings.fault(run, error, passing=passing))
        except SupersededError:
            # Also when its commit came through and only the answer was lost.
            log.info("import superseded", job_id=str(run.job.id))


def _is_known(error: Exception) -> bool:
    return isinstance(error, StoryarnError | asyncpg.PostgresError | SQLAlchemyError) or is_passing(error)
