"""A person wants to know whether the file of an export is good."""

from dataclasses import dataclass
from uuid import UUID

from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import NotFoundError
from storyarn_export.exports.finished import require_file
from storyarn_export.parsers.registry import refuse_unreadable
from storyarn_export.queueing.queue import Queue
from storyarn_export.storage.contract import Storage
from storyarn_export.verification.row import locked, write
from storyarn_export.verification.state import Verification


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a request.

    Attributes:
        job_id: the export.
        inline: whether the caller is to run it; else a worker does, or somebody is at it already.
    """

    job_id: UUID
    inline: bool


class RequestVerification:
    """Has a file verified: by its caller where it is small, else by a worker.

    Args:
        sessions: where the row is written.
        storage: where files are.
        queue: takes large ones.
        threshold: entities up to which the caller verifies, inclusive.
    """

    def __init__(self, sessions: Sessions, storage: Storage, queue: Queue, *, threshold: int) -> None:
        self._sessions = sessions
        self._storage = storage
        self._queue = queue
        self._threshold = threshold

    async def __call__(self, job: ExportJob, *, prefer_async: bool) -> Asked:
        """Ask for a verification; one that waits or runs is the answer, one that is over is followed by another.

        Args:
            job: the export, as it is now.
            prefer_async: use the queue whatever the size.

        Raises:
            ExportNotReadyError: it is not over.
            NotFoundError: it ended without a file, or is gone.
            ExportExpiredError: its file is no longer kept.
            UnknownFormatError: its format cannot be read back.
            StorageError: the store does not answer.
        """
        await require_file(job, self._storage)
        refuse_unreadable(job.format)
        inline = not prefer_async and (job.entities_total or 0) <= self._threshold
        async with self._sessions.begin() as session:
            now = await locked(session, job.id)
            if now is None:
                raise NotFoundError("There is no such export.")
            state = Verification.of(now.verification)
            if state is not None and state.active:
                return Asked(job.id, inline=False)
            entry = None if inline else await self._queue.enqueue_verification(session, job.id)
            asked_for = Verification.asked_for()
            await write(session, job.id, asked_for, verification_run=None, verification_entry=entry)
        return Asked(job.id, inline)
