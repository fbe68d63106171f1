"""The file of an export that is over, for whoever wants to have it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from storyarn_export.db.models import ExportJob
from storyarn_export.domain.errors import ExportExpiredError, ExportNotReadyError, NotFoundError
from storyarn_export.domain.lifecycle import ACTIVE, JobStatus
from storyarn_export.storage.contract import Storage


@dataclass(frozen=True, slots=True)
class FinishedFile:
    """A file that is there.

    Attributes:
        size: bytes.
    """

    key: str
    size: int


def is_expired(job: ExportJob) -> bool:
    """Whether the time is over for which the file is kept."""
    return job.expires_at is not None and job.expires_at <= datetime.now(UTC)


async def require_file(job: ExportJob, storage: Storage) -> FinishedFile:
    """The file of an export.

    Args:
        job: the export, as it is now.
        storage: where files are.

    Raises:
        ExportNotReadyError: it is not over.
        NotFoundError: it ended without a file.
        ExportExpiredError: its file is no longer kept.
        StorageError: the store does not say.
    """
    if job.status in ACTIVE:
        raise ExportNotReadyError("The export is not finished.", hint="follow its events, or ask again soon")
    if job.status != JobStatus.COMPLETED or job.file_key is None:
        raise NotFoundError(f"The export is {job.status}; it has no file.")
    size = None if is_expired(job) else await storage.size(job.file_key)
    if size is None:
        raise ExportExpiredError("The file has been removed.", hint="export the project again")
    return FinishedFile(job.file_key, size)
