"""Removes what runs of an export have stored."""

from uuid import UUID

from storyarn_export.storage.contract import Storage


def job_prefix(project_id: int, job_id: UUID) -> str:
    """What the keys of all files of a job begin with; each run that begins anew adds a name of its own."""
    return f"exports/{project_id}/{job_id}/"


class SweepJob:
    """Removes files and uploads of one job.

    Args:
        storage: where they are.
    """

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def __call__(
        self, project_id: int, job_id: UUID, *, keep: str | None = None, keep_upload: str | None = None
    ) -> int:
        """Remove all that is stored for a job, whoever writes it.

        Args:
            project_id: of the job.
            job_id: which job.
            keep: key of a complete file that stays.
            keep_upload: name of an unfinished upload that stays.

        Returns:
            How many files and uploads have been removed.

        Raises:
            StorageError: the store does not answer; what is left can be swept again.
        """
        prefix = job_prefix(project_id, job_id)
        uploads = [one async for one in self._storage.unfinished(prefix) if one.name != keep_upload]
        for upload in uploads:
            await self._storage.drop(upload)
        files = [one.key async for one in self._storage.files(prefix) if one.key != keep]
        for key in files:
            await self._storage.delete(key)
        return len(uploads) + len(files)
