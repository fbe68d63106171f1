"""Removes stored bytes one by one, and counts."""

from collections.abc import Awaitable
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import StorageError
from storyarn_export.exports.cleaned import CleanedUp, What
from storyarn_export.storage.contract import Storage

# What has been touched since may belong to a run or a request that has not said so yet.
UNTOUCHED = timedelta(hours=1)
# Rows and listed files that are held and asked about at a time.
BATCH = 200
NIL = UUID(int=0)

log = structlog.get_logger(__name__)


class Removing:
    """Removes; one thing that cannot be removed does not keep the others.

    Args:
        sessions: where is counted.
        storage: where the bytes are.
        now: the moment that counts as the present.
        cleaned: is told what has been removed.
    """

    def __init__(self, sessions: Sessions, storage: Storage, now: datetime, cleaned: CleanedUp) -> None:
        self._sessions = sessions
        self._storage = storage
        self._now = now
        self.cleaned = cleaned

    def is_old(self, touched_at: datetime) -> bool:
        """Whether it has not been touched for so long that nobody is about to say that it is theirs."""
        return touched_at <= self._now - UNTOUCHED

    async def deleted(self, key: str) -> bool:
        """Delete a file; whether it is gone."""
        return await self.did("delete", key, self._storage.delete(key))

    async def did(self, operation: str, key: str, removal: Awaitable[None]) -> bool:
        """Whether the store has done it."""
        try:
            await removal
        except StorageError as error:
            log.warning("stored bytes cannot be removed", key=key, operation=operation, error=error.message)
            self.cleaned.failures[operation] += 1
            return False
        return True

    async def count(self, what: What, number: int) -> None:
        """So many have been removed."""
        if number:
            async with self._sessions.begin() as session:
                await self.cleaned.count(session, what, number)


def job_of(key: str) -> UUID | None:
    """The job whose bytes these are; None where something else has put them there."""
    try:
        _, _, job_id, _ = key.split("/")
        return UUID(job_id)
    except ValueError:
        return None
