"""Stops exports, and removes them."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import NotCancellableError, NotFoundError, StorageError
from storyarn_export.domain.lifecycle import ACTIVE, JobStatus
from storyarn_export.exports.status import JOBS, write_job
from storyarn_export.exports.sweep import SweepJob
from storyarn_export.jobs.deadlock import unless_deadlocked
from storyarn_export.progress.tally import tally
from storyarn_export.queueing.queue import Queue

log = structlog.get_logger(__name__)


class CancelExport:
    """Cancels and removes exports, whatever they are doing.

    The row says at once that the job is cancelled. A worker that runs it is told in the same transaction; all that it
    writes from then on is refused, and it removes what it has stored.

    Args:
        sessions: where rows of jobs are written.
        queue: where entries are taken out.
        sweep: removes files.
    """

    def __init__(self, sessions: Sessions, queue: Queue, sweep: SweepJob) -> None:
        self._sessions = sessions
        self._queue = queue
        self._sweep = sweep

    async def __call__(self, project_id: int, job_id: UUID) -> bool:
        """Cancel a job; one that is cancelled already stays so.

        Returns:
            Whether it is over at once; else a worker winds down.

        Raises:
            NotFoundError: no such job in the project.
            NotCancellableError: it is completed or has failed.
        """
        before = await unless_deadlocked(lambda: self._cancel(project_id, job_id))
        if before is JobStatus.PENDING:
            # It may have been handed back by a worker with half of the file.
            await self._clear(project_id, job_id)
        return before is not JobStatus.PROCESSING

    async def remove(self, project_id: int, job_id: UUID) -> None:
        """Cancel a job if it is active, and forget it with its file.

        Raises:
            NotFoundError: no such job in the project.
        """
        with suppress(NotCancellableError):
            await unless_deadlocked(lambda: self._cancel(project_id, job_id))
        # A transaction of its own: who follows the job hears that it was cancelled before it is gone.
        await unless_deadlocked(lambda: self._forget(job_id))
        await self._clear(project_id, job_id)

    async def _forget(self, job_id: UUID) -> None:
        async with self._sessions.begin() as session:
            gone = delete(JOBS).where(JOBS.c.id == job_id).returning(JOBS.c.verification_entry)
            verifying = await session.scalar(gone)
            if verifying is not None:
                await self._queue.cancel(session, verifying, abort=True)

    async def _cancel(self, project_id: int, job_id: UUID) -> JobStatus:
        """One transaction; what the job was before."""
        async with self._sessions.begin() as session:
            job = await _locked(session, project_id, job_id)
            before = JobStatus(job.status)
            if before not in ACTIVE and before is not JobStatus.CANCELLED:
                raise NotCancellableError(f"The export is {before} already.")
            if before in ACTIVE:
                await self._end(session, job)
        return before

    async def _end(self, session: AsyncSession, job: ExportJob) -> None:
        if job.queue_job_id is not None:
            await self._queue.cancel(session, job.queue_job_id, abort=True)
        await write_job(
            session,
            job.id,
            status=JobStatus.CANCELLED,
            run_token=None,
            checkpoint=None,
            completed_at=datetime.now(UTC),
        )
        await tally(session, "export_cancels")
        await tally(session, "export_finished", format=job.format, status=JobStatus.CANCELLED.value)

    async def _clear(self, project_id: int, job_id: UUID) -> None:
        try:
            await self._sweep(project_id, job_id)
        except StorageError as error:
            log.warning("stored bytes are left for the clean-up", job_id=str(job_id), error=error.message)


async def _locked(session: AsyncSession, project_id: int, job_id: UUID) -> ExportJob:
    query = (
        select(ExportJob).where(ExportJob.id == job_id, ExportJob.project_id == project_id).with_for_update()
    )
    job = (await session.execute(query)).scalar_one_or_none()
    if job is None:
        raise NotFoundError("There is no such export.")
    return job
