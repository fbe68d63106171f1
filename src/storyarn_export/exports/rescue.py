"""Gives the jobs of dead workers to living ones."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from uuid import UUID

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import StorageError, WorkerDiedError
from storyarn_export.domain.lifecycle import ACTIVE, JobStatus, Mode
from storyarn_export.exports.status import write_job
from storyarn_export.exports.sweep import SweepJob
from storyarn_export.jobs.dead import MOST_A_ROUND, end_dead_entries
from storyarn_export.progress.tally import tally
from storyarn_export.queueing.queue import CLEAN_UP, RUN_EXPORT, Queue

# One process at a time looks after the dead; the number only has to differ from other locks'.
LOCK = 7_305_809_213
REQUEST_LIMIT_SECONDS = 60.0
QUERIES = files(__package__) / "queries"
FORGET_WORKERS = text((QUERIES / "forget_workers.sql").read_text(encoding="utf-8"))
ORPHANS = text((QUERIES / "orphans.sql").read_text(encoding="utf-8"))

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Rescued:
    """What a round has found.

    Attributes:
        requeued: jobs that wait for another worker.
        failed: jobs whose attempts are spent.
        ended: jobs that were over already; their files are to be removed.
    """

    requeued: list[UUID] = field(default_factory=list)
    failed: list[ExportJob] = field(default_factory=list)
    ended: list[ExportJob] = field(default_factory=list)


class RescueExports:
    """Finds exports whose worker is dead and has them run again, or fails them when they have had their attempts.

    Args:
        sessions: where rows of jobs are written.
        queue: takes jobs back.
        sweep: removes what failed and cancelled jobs have stored.
        max_attempts: runs that an export may start.
        stalled_after_seconds: silence after which a worker counts as dead.
    """

    def __init__(
        self,
        sessions: Sessions,
        queue: Queue,
        sweep: SweepJob,
        *,
        max_attempts: int,
        stalled_after_seconds: float,
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._sweep = sweep
        self._max_attempts = max_attempts
        self._stalled_after_seconds = stalled_after_seconds

    async def __call__(self) -> Rescued:
        """Look once, at MOST_A_ROUND jobs of each kind at most; does nothing while another process looks."""
        rescued = Rescued()
        async with self._sessions.begin() as session:
            if await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                await self._dead_entries(session, rescued)
                await self._orphans(session, rescued)
                await session.execute(FORGET_WORKERS, {"stalled_after": self._stalled_after_seconds})
        for job in (*rescued.failed, *rescued.ended):
            try:
                await self._sweep(job.project_id, job.id, keep=job.file_key)
            except StorageError as error:
                log.warning("stored bytes are left for the clean-up", job_id=str(job.id), error=error.message)
        return rescued

    async def _dead_entries(self, session: AsyncSession, rescued: Rescued) -> None:
        dead = await end_dead_entries(
            session,
            self._queue,
            [RUN_EXPORT, CLEAN_UP],
            stalled_after_seconds=self._stalled_after_seconds,
        )
        for entry in dead:
            # It is gone; or the entry was no job's, and another is made when it is time.
            job = None if entry.job_id is None else await _locked(session, entry.job_id)
            # Else another entry has it by now.
            if job is not None and job.queue_job_id == entry.id:
                if job.status in ACTIVE:
                    await self._again(session, job, rescued)
                else:
                    rescued.ended.append(job)

    async def _orphans(self, session: AsyncSession, rescued: Rescued) -> None:
        found = await session.scalars(
            ORPHANS,
            {
                "stalled_after": self._stalled_after_seconds,
                "request_limit": max(REQUEST_LIMIT_SECONDS, self._stalled_after_seconds),
                "most": MOST_A_ROUND,
            },
        )
        for job_id in found.all():
            job = await _locked(session, job_id)
            if job is not None:
                await self._again(session, job, rescued)

    async def _again(self, session: AsyncSession, job: ExportJob, rescued: Rescued) -> None:
        if job.mode == Mode.SYNC or job.attempt >= self._max_attempts:
            await _fail(session, job)
            rescued.failed.append(job)
            log.error("export given up", job_id=str(job.id), attempt=job.attempt)
            return
        entry = await self._queue.enqueue_export(session, job.id)
        await write_job(session, job.id, status=JobStatus.PENDING, run_token=None, queue_job_id=entry)
        await tally(session, "export_rescues")
        rescued.requeued.append(job.id)
        log.warning("export rescued", job_id=str(job.id), attempt=job.attempt)


async def _locked(session: AsyncSession, job_id: UUID) -> ExportJob | None:
    query = select(ExportJob).where(ExportJob.id == job_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def _fail(session: AsyncSession, job: ExportJob) -> None:
    died = (
        "The request that ran the export is gone."
        if job.mode == Mode.SYNC
        else f"The worker died each of the {job.attempt} times that the export was tried."
    )
    await write_job(
        session,
        job.id,
        status=JobStatus.FAILED,
        run_token=None,
        checkpoint=None,
        error_code=WorkerDiedError.code,
        error_message=died,
        error_details={
            "hint": "Ask for it again; if it happens again, look at the workers' logs and memory."
        },
        completed_at=datetime.now(UTC),
    )
    await tally(session, "export_finished", format=job.format, status=JobStatus.FAILED.value)
