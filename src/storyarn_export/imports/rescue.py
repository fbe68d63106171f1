"""Gives the imports of dead workers to living ones."""

from datetime import UTC, datetime
from importlib.resources import files
from uuid import UUID

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ImportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import WorkerDiedError
from storyarn_export.domain.lifecycle import BUSY_IMPORTS, ImportStatus
from storyarn_export.imports.forget import ForgetSource
from storyarn_export.imports.policy import ImportPolicy
from storyarn_export.imports.status import locked, write_job
from storyarn_export.jobs.dead import MOST_A_ROUND, end_dead_entries
from storyarn_export.progress.tally import tally
from storyarn_export.queueing.queue import RUN_IMPORT, Queue

# One process at a time looks after the dead; the number only has to differ from other locks'.
LOCK = 7_305_809_214
REQUEST_LIMIT_SECONDS = 60.0
ORPHANS = text((files(__package__) / "queries" / "orphans.sql").read_text(encoding="utf-8"))

log = structlog.get_logger(__name__)


class RescueImports:
    """Finds imports whose worker is dead and has them run again, or fails them when they have had their attempts.

    A dead worker's transaction is rolled back by the server or was committed with the row: what the row says is true.

    Args:
        sessions: where rows of jobs are written.
        queue: takes jobs back.
        forget: removes files of imports that are over.
        policy: how many attempts there are.
        stalled_after_seconds: silence after which a worker counts as dead.
    """

    def __init__(
        self,
        sessions: Sessions,
        queue: Queue,
        forget: ForgetSource,
        *,
        policy: ImportPolicy,
        stalled_after_seconds: float,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._forget = forget
        self._policy = policy
        self._stalled_after_seconds = stalled_after_seconds

    async def __call__(self) -> None:
        """Look once, at MOST_A_ROUND imports of each kind at most; does nothing while another process looks."""
        over: list[UUID] = []
        async with self._sessions.begin() as session:
            if await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                await self._dead_entries(session, over)
                await self._orphans(session, over)
        for job_id in over:
            await self._forget.when_over(job_id)

    async def _dead_entries(self, session: AsyncSession, over: list[UUID]) -> None:
        dead = await end_dead_entries(
            session, self._queue, [RUN_IMPORT], stalled_after_seconds=self._stalled_after_seconds
        )
        for entry in dead:
            job = None if entry.job_id is None else await locked(session, entry.job_id)
            # Else another entry has it by now.
            if job is not None and job.queue_job_id == entry.id:
                await self._again(session, job, over)

    async def _orphans(self, session: AsyncSession, over: list[UUID]) -> None:
        found = await session.scalars(
            ORPHANS,
            {
                "stalled_after": self._stalled_after_seconds,
                "request_limit": max(REQUEST_LIMIT_SECONDS, self._stalled_after_seconds),
                "most": MOST_A_ROUND,
            },
        )
        for job_id in found.all():
            job = await locked(session, job_id)
            if job is not None:
                await self._again(session, job, over)

    async def _again(self, session: AsyncSession, job: ImportJob, over: list[UUID]) -> None:
        if job.status not in BUSY_IMPORTS:
            over.append(job.id)
            return
        if job.attempt >= self._policy.max_attempts:
            await _fail(session, job)
            over.append(job.id)
            log.error("import given up", job_id=str(job.id), attempt=job.attempt)
            return
        entry = await self._queue.enqueue_import(session, job.id)
        executes = job.status != ImportStatus.PARSING
        status = ImportStatus.RETRYING if executes else ImportStatus.PARSING
        await write_job(session, job.id, status=status, run_token=None, queue_job_id=entry)
        await tally(session, "import_rescues")
        log.warning("import rescued", job_id=str(job.id), attempt=job.attempt)


async def _fail(session: AsyncSession, job: ImportJob) -> None:
    await write_job(
        session,
        job.id,
        status=ImportStatus.FAILED,
        stage=None,
        run_token=None,
        error_code=WorkerDiedError.code,
        error_message=f"The worker died each of the {job.attempt} times that the import was tried.",
        error_details={
            "hint": "Nothing was imported. Bring the file again; if it happens again, look at the workers' logs."
        },
        completed_at=datetime.now(UTC),
    )
    await tally(session, "import_finished", status=ImportStatus.FAILED.value)
