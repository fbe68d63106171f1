"""Someone has seen the preview and wants the import executed."""

from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ImportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import (
    AlreadyExecutedError,
    ConflictError,
    ImportExpiredError,
    ImportNotReadyError,
)
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.domain.lifecycle import ImportStatus
from storyarn_export.imports.attempt import Count
from storyarn_export.imports.policy import INLINE_EXECUTED_BYTES, INLINE_PROJECT_FACTOR, ImportPolicy
from storyarn_export.imports.status import require_locked, write_job
from storyarn_export.queueing.queue import Queue


class RequestExecution:
    """Hands a ready import to a run: to its caller where it is small, else to the queue in the same transaction.

    Args:
        sessions: where the row is written.
        queue: takes large imports.
        count: counts the entities of a project.
        policy: what is small.
    """

    def __init__(self, sessions: Sessions, queue: Queue, count: Count, policy: ImportPolicy) -> None:
        self._sessions = sessions
        self._queue = queue
        self._count = count
        self._policy = policy

    async def __call__(
        self, *, project_id: int, job_id: UUID, user_id: int, resolution: ConflictResolution
    ) -> bool:
        """Have an import executed.

        Args:
            project_id: of the import.
            job_id: the import.
            user_id: who wants it; may import now and must when it runs.
            resolution: what becomes of conflicts.

        Returns:
            Whether the caller is to run it; else a worker does.

        Raises:
            NotFoundError: no such import in the project.
            AlreadyExecutedError: it has been executed, or waits for it.
            ImportNotReadyError: the file has not been read yet.
            ImportExpiredError: its time is over.
            ConflictError: it has failed or was cancelled.
        """
        small_project = await self._count(project_id) <= self._policy.threshold * INLINE_PROJECT_FACTOR
        async with self._sessions.begin() as session:
            job = await require_locked(session, project_id, job_id)
            _refuse_unready(job)
            small_file = (job.source_size or 0) <= INLINE_EXECUTED_BYTES
            inline = small_project and small_file and (job.entities_total or 0) <= self._policy.threshold
            entry = None if inline else await self._queue.enqueue_import(session, job_id)
            await self._hand_over(session, job, user_id, resolution, entry)
        return inline

    async def _hand_over(
        self,
        session: AsyncSession,
        job: ImportJob,
        user_id: int,
        resolution: ConflictResolution,
        entry: int | None,
    ) -> None:
        await write_job(
            session,
            job.id,
            status=ImportStatus.QUEUED,
            stage=None,
            progress=0,
            conflict_resolution=resolution,
            executor_id=user_id,
            queue_job_id=entry,
            expires_at=datetime.now(UTC) + self._policy.retention,
        )


def _refuse_unready(job: ImportJob) -> None:
    match ImportStatus(job.status):
        case ImportStatus.READY if job.expires_at is None or job.expires_at > datetime.now(UTC):
            return
        case ImportStatus.READY | ImportStatus.EXPIRED:
            raise ImportExpiredError(
                "Nobody has executed the import in time; its file is no longer kept.",
                hint="bring the file again",
            )
        case ImportStatus.PARSING:
            raise ImportNotReadyError("The file has not been read to its end yet.")
        case ImportStatus.FAILED | ImportStatus.CANCELLED:
            raise ConflictError(f"The import is {job.status}.", hint="bring the file again")
        case _:
            raise AlreadyExecutedError(f"The import is {job.status} already.")
