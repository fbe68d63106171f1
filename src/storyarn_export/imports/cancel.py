"""Stops imports, and removes them."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete

from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import NotCancellableError
from storyarn_export.domain.lifecycle import ENDED_IMPORTS, ImportStatus
from storyarn_export.imports.forget import ForgetSource
from storyarn_export.imports.status import JOBS, require_locked, write_job
from storyarn_export.jobs.deadlock import unless_deadlocked
from storyarn_export.progress.tally import tally
from storyarn_export.queueing.queue import Queue


class CancelImport:
    """Cancels and removes imports, whatever they are doing.

    The row says at once that the import is cancelled. From then on its run cannot commit: it says that it is completed
    in the transaction that stores the rows, and that is refused. One that is committing is waited for, and is over.

    Args:
        sessions: where rows of jobs are written.
        queue: where entries are taken out.
        forget: removes files.
    """

    def __init__(self, sessions: Sessions, queue: Queue, forget: ForgetSource) -> None:
        self._sessions = sessions
        self._queue = queue
        self._forget = forget

    async def __call__(self, project_id: int, job_id: UUID) -> bool:
        """Cancel an import; one that is cancelled already stays so.

        Returns:
            Whether it is over at once; else a worker winds down.

        Raises:
            NotFoundError: no such import in the project.
            NotCancellableError: it is completed, has failed or has expired.
        """
        runs = await unless_deadlocked(lambda: self._cancel(project_id, job_id))
        if not runs:
            await self._forget.when_over(job_id)
        return not runs

    async def remove(self, project_id: int, job_id: UUID) -> None:
        """Cancel an import if it is not over, and forget it with its file. What it has imported stays.

        Raises:
            NotFoundError: no such import in the project.
        """
        with suppress(NotCancellableError):
            await unless_deadlocked(lambda: self._cancel(project_id, job_id))
        # A transaction of its own: who follows the import hears that it was cancelled before it is gone.
        async with self._sessions.begin() as session:
            key = await session.scalar(delete(JOBS).where(JOBS.c.id == job_id).returning(JOBS.c.source_key))
        if key is not None:
            await self._forget(key)

    async def _cancel(self, project_id: int, job_id: UUID) -> bool:
        """One transaction; whether a run held the import."""
        async with self._sessions.begin() as session:
            job = await require_locked(session, project_id, job_id)
            before = ImportStatus(job.status)
            if before is ImportStatus.CANCELLED:
                return False
            if before in ENDED_IMPORTS:
                raise NotCancellableError(f"The import is {before} already.")
            runs = job.run_token is not None
            if job.queue_job_id is not None:
                await self._queue.cancel(session, job.queue_job_id, abort=True)
            await write_job(
                session,
                job_id,
                status=ImportStatus.CANCELLED,
                stage=None,
                run_token=None,
                completed_at=datetime.now(UTC),
            )
            await tally(session, "import_finished", status=ImportStatus.CANCELLED.value)
        return runs
