"""Removes stored bytes that nobody needs any more."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import Row

from storyarn_export.db.session import Sessions
from storyarn_export.domain.lifecycle import ACTIVE
from storyarn_export.exports.cleaned import What, in_batches, statement
from storyarn_export.exports.removing import BATCH, NIL, Removing, job_of
from storyarn_export.storage.contract import ListedFile, Storage, Unfinished

PREFIX = "exports/"
# Downloads and links to files that began just before the file expired come to their end.
DOWNLOAD_GRACE = timedelta(minutes=15)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

EXPIRED_FILES = statement("expired_files")
FILES_REMOVED = statement("files_removed")
CLAIMS = statement("claims")


class CleanFiles:
    """Removes expired files, abandoned uploads, and files that no row names.

    What a row says is looked up after the store was listed, so that what is written in between is not taken for
    abandoned. Removing what is gone already is no error: a pass that was interrupted is simply made again.
    Memory: BATCH rows or listed files.

    Args:
        sessions: where rows are read and written.
        storage: where the bytes are.
        now: the moment that counts as the present.
        removing: removes and counts.
    """

    def __init__(self, sessions: Sessions, storage: Storage, now: datetime, removing: Removing) -> None:
        self._sessions = sessions
        self._storage = storage
        self._now = now
        self._removing = removing

    async def expired(self) -> None:
        """Files of exports that expired at least DOWNLOAD_GRACE ago; their rows stay and say so."""
        after_time, after_id = LONG_AGO, NIL
        while True:
            place = {"after_time": after_time, "after_id": after_id, "most": BATCH}
            async with self._sessions() as session:
                found = await session.execute(EXPIRED_FILES, {"before": self._now - DOWNLOAD_GRACE, **place})
                rows = found.all()
            if not rows:
                return
            after_time, after_id = rows[-1].expires_at, rows[-1].id
            gone = [row.id for row in rows if await self._removing.deleted(row.file_key)]
            async with self._sessions.begin() as session:
                removed = await session.execute(FILES_REMOVED, {"ids": gone, "now": self._now})
                await self._removing.cleaned.count(session, What.EXPIRED_FILES, len(removed.all()))

    async def uploads(self) -> None:
        """Uploads that nobody writes and no run will go on with."""
        async for uploads in in_batches(self._storage.unfinished(PREFIX), BATCH):
            idle = [one for one in uploads if not one.busy and self._removing.is_old(one.touched_at)]
            claims = await self._claims(one.key for one in idle)
            abandoned = [one for one in idle if _is_abandoned(one, claims)]
            dropped = [
                await self._removing.did("drop", one.key, self._storage.drop(one)) for one in abandoned
            ]
            await self._removing.count(What.UNFINISHED_UPLOADS, sum(dropped))

    async def unclaimed(self) -> None:
        """Complete files that are no export's, such as those of exports that have been deleted."""
        async for listed in in_batches(self._storage.files(PREFIX), BATCH):
            old = [one for one in listed if self._removing.is_old(one.modified_at)]
            claims = await self._claims(one.key for one in old)
            deleted = [await self._removing.deleted(one.key) for one in old if _is_unclaimed(one, claims)]
            await self._removing.count(What.UNCLAIMED_FILES, sum(deleted))

    async def _claims(self, keys: Iterable[str]) -> dict[UUID, Row[tuple[object, ...]]]:
        ids = {job_id for key in keys if (job_id := job_of(key)) is not None}
        if not ids:
            return {}
        async with self._sessions() as session:
            return {row.id: row for row in await session.execute(CLAIMS, {"ids": sorted(ids)})}


def _is_abandoned(upload: Unfinished, claims: dict[UUID, Row[tuple[object, ...]]]) -> bool:
    job_id = job_of(upload.key)
    if job_id is None:
        return False
    job = claims.get(job_id)
    if job is None or job.status not in ACTIVE:
        return True
    # An active job without a checkpoint may have begun its upload and not said so yet.
    return job.checkpoint_name is not None and job.checkpoint_name != upload.name


def _is_unclaimed(file: ListedFile, claims: dict[UUID, Row[tuple[object, ...]]]) -> bool:
    job_id = job_of(file.key)
    if job_id is None:
        return False
    job = claims.get(job_id)
    if job is None:
        return True
    if job.status in ACTIVE:
        # A run publishes its file before it says that the export is completed.
        return bool(job.checkpoint_key != file.key)
    return job.file_key != file.key or job.file_removed_at is not None
