"""A person wants to know whether a finished export is good."""

import asyncio
from hashlib import sha256

from storyarn_export.db.models import ExportJob
from storyarn_export.domain.errors import (
    ExportExpiredError,
    ExportNotReadyError,
    ExportTooLargeError,
    NotFoundError,
)
from storyarn_export.domain.lifecycle import ACTIVE, JobStatus
from storyarn_export.domain.options import ExportOptions
from storyarn_export.parsers.registry import refuse_unreadable
from storyarn_export.serializers.registry import FormatRegistry
from storyarn_export.storage.contract import Storage
from storyarn_export.verification.comparing import Difference
from storyarn_export.verification.verify import Verified, VerifyFile

# At a time in a process; each holds a connection for bulk work from its first row to its last.
MAX_VERIFYING = 2


class VerifyExport:
    """Verifies the files of small exports while someone waits.

    Args:
        storage: where files are.
        formats: the formats there are.
        verify: does it.
        threshold: entities at most, inclusive.
    """

    def __init__(
        self, storage: Storage, formats: FormatRegistry, verify: VerifyFile, *, threshold: int
    ) -> None:
        self._storage = storage
        self._formats = formats
        self._verify = verify
        self._threshold = threshold
        self._places = asyncio.Semaphore(MAX_VERIFYING)

    async def __call__(self, job: ExportJob, *, user_id: int) -> Verified:
        """Verify an export.

        Args:
            job: the export, as it is now.
            user_id: who asks; may see the project.

        Raises:
            ExportNotReadyError: it is not over.
            NotFoundError: it ended without a file.
            ExportExpiredError: its file is no longer kept.
            UnknownFormatError: its format cannot be read back.
            ExportTooLargeError: it has more entities than the threshold.
            InvalidRequestError: its references cannot be told from losses.
            StorageError: its file cannot be read.
        """
        key = _file_key(job)
        refuse_unreadable(job.format)
        count = job.entities_total or 0
        if count > self._threshold:
            raise ExportTooLargeError(
                f"{count} entities are too many to verify at once; the limit is {self._threshold}.",
                extra={"entity_count": count, "threshold": self._threshold},
            )
        async with self._places:
            if await self._storage.size(key) is None:
                raise ExportExpiredError("The file has been removed.", hint="export the project again")
            damaged = await self._damage(job, key)
            verified = await self._verify(
                key,
                written_by=self._formats.get(job.format),
                options=ExportOptions.from_json(job.options),
                user_id=user_id,
            )
        return Verified((*damaged, *verified.differences), verified.entities, verified.emptied)

    async def _damage(self, job: ExportJob, key: str) -> tuple[Difference, ...]:
        digest = sha256()
        async for chunk in self._storage.open_read(key):
            digest.update(chunk)
        if digest.hexdigest() == job.sha256:
            return ()
        return (Difference("$", "the file is not the one that was written: its SHA-256 is another"),)


def _file_key(job: ExportJob) -> str:
    if job.status in ACTIVE:
        raise ExportNotReadyError("The export is not finished.", hint="follow its events, or ask again soon")
    if job.status != JobStatus.COMPLETED or job.file_key is None:
        raise NotFoundError(f"The export is {job.status}; it has no file.")
    return job.file_key
