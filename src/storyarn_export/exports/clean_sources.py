"""Removes files that were given to imports and that nobody needs any more."""

from collections.abc import Iterable
from uuid import UUID

from storyarn_export.db.session import Sessions
from storyarn_export.domain.imports import rows_key, source_key
from storyarn_export.exports.cleaned import What, in_batches, statement
from storyarn_export.exports.removing import BATCH, NIL, Removing, job_of
from storyarn_export.storage.contract import Storage

PREFIX = "imports/"

EXPIRED_SOURCES = statement("expired_sources")
SOURCES_REMOVED = statement("sources_removed")
SOURCE_CLAIMS = statement("source_claims")


class CleanSources:
    """Removes files of imports that are over, uploads that broke off, and files that no import names.

    An import that waits or runs keeps its file, so that nothing is removed that is read.

    Args:
        sessions: where rows are read and written.
        storage: where the bytes are.
        removing: removes and counts.
    """

    def __init__(self, sessions: Sessions, storage: Storage, removing: Removing) -> None:
        self._sessions = sessions
        self._storage = storage
        self._removing = removing

    async def over(self) -> None:
        """Files of imports that are over, where removing them at once has failed or nobody was there to do it."""
        after = NIL
        while True:
            async with self._sessions() as session:
                rows = (await session.execute(EXPIRED_SOURCES, {"after": after, "most": BATCH})).all()
            if not rows:
                return
            after = rows[-1].id
            gone = [
                row.id
                for row in rows
                if await self._removing.deleted(rows_key(row.source_key))
                and await self._removing.deleted(row.source_key)
            ]
            async with self._sessions.begin() as session:
                removed = await session.execute(SOURCES_REMOVED, {"ids": gone})
                await self._removing.cleaned.count(session, What.IMPORT_FILES, len(removed.all()))

    async def uploads(self) -> None:
        """Uploads whose request is gone; none of them is ever gone on with."""
        async for uploads in in_batches(self._storage.unfinished(PREFIX), BATCH):
            idle = [one for one in uploads if not one.busy and self._removing.is_old(one.touched_at)]
            dropped = [await self._removing.did("drop", one.key, self._storage.drop(one)) for one in idle]
            await self._removing.count(What.UNFINISHED_UPLOADS, sum(dropped))

    async def unclaimed(self) -> None:
        """Complete files that are no import's, such as those of requests that broke off before the row was there."""
        async for listed in in_batches(self._storage.files(PREFIX), BATCH):
            old = [one for one in listed if self._removing.is_old(one.modified_at)]
            claimed = await self._claimed(one.key for one in old)
            deleted = [
                await self._removing.deleted(one.key)
                for one in old
                if job_of(one.key) is not None and source_key(one.key) not in claimed
            ]
            await self._removing.count(What.UNCLAIMED_FILES, sum(deleted))

    async def _claimed(self, keys: Iterable[str]) -> set[str]:
        ids: set[UUID] = {job_id for key in keys if (job_id := job_of(key)) is not None}
        if not ids:
            return set()
        async with self._sessions() as session:
            return {row.source_key for row in await session.execute(SOURCE_CLAIMS, {"ids": sorted(ids)})}
