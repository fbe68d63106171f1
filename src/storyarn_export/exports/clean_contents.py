"""Removes bytes of assets that no asset has."""

from storyarn_export.contents.taking import PREFIX
from storyarn_export.contents.unclaimed import not_claimed
from storyarn_export.db.session import Sessions
from storyarn_export.exports.cleaned import What, in_batches
from storyarn_export.exports.removing import BATCH, Removing
from storyarn_export.storage.contract import Storage


class CleanContents:
    """Removes bytes of assets that were replaced or deleted, and what uploads and imports have left that broke off.

    Args:
        sessions: where rows are read.
        storage: where the bytes are.
        removing: removes and counts.
    """

    def __init__(self, sessions: Sessions, storage: Storage, removing: Removing) -> None:
        self._sessions = sessions
        self._storage = storage
        self._removing = removing

    async def uploads(self) -> None:
        """Uploads whose request or run is gone; none of them is ever gone on with."""
        async for uploads in in_batches(self._storage.unfinished(PREFIX), BATCH):
            idle = [one for one in uploads if not one.busy and self._removing.is_old(one.touched_at)]
            dropped = [await self._removing.did("drop", one.key, self._storage.drop(one)) for one in idle]
            await self._removing.count(What.UNFINISHED_UPLOADS, sum(dropped))

    async def unclaimed(self) -> None:
        """Bytes that no asset has, no import is about to give to one, and no export may be reading."""
        async for listed in in_batches(self._storage.files(PREFIX), BATCH):
            old = [one.key for one in listed if self._removing.is_old(one.modified_at)]
            unclaimed = await not_claimed(self._sessions, old)
            deleted = [await self._removing.deleted(key) for key in unclaimed]
            await self._removing.count(What.ASSET_FILES, sum(deleted))
