"""Removes what time has made useless: files, uploads, rows."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import StorageError
from storyarn_export.exports.clean_contents import CleanContents
from storyarn_export.exports.clean_files import CleanFiles
from storyarn_export.exports.clean_rows import CleanRows
from storyarn_export.exports.clean_sources import CleanSources
from storyarn_export.exports.cleaned import CleanedUp, statement
from storyarn_export.exports.removing import Removing
from storyarn_export.progress.tally import tally
from storyarn_export.storage.contract import Storage

# Its name in the table of chores.
CHORE = "cleanup"
SUCCEEDED = statement("succeeded")

log = structlog.get_logger(__name__)


class CleanUp:
    """Cleans up once, completely.

    It may be interrupted anywhere, repeated at once, and run in several processes: what one pass has left the next
    finds. It never removes what a run writes or a download reads.

    Args:
        sessions: where rows are read and written.
        storage: where the bytes are.
        history: how long exports and imports that are over are kept in the lists.
    """

    def __init__(self, sessions: Sessions, storage: Storage, *, history: timedelta) -> None:
        self._sessions = sessions
        self._storage = storage
        self._history = history

    async def __call__(self, now: datetime) -> CleanedUp:
        """Remove everything whose time is over.

        Args:
            now: the moment that counts as the present, with its time zone.

        Returns:
            What has been removed, and how often the store failed; then the rest was done all the same.
        """
        cleaned = CleanedUp()
        removing = Removing(self._sessions, self._storage, now, cleaned)
        of_files = CleanFiles(self._sessions, self._storage, now, removing)
        of_sources = CleanSources(self._sessions, self._storage, removing)
        of_contents = CleanContents(self._sessions, self._storage, removing)
        of_rows = CleanRows(self._sessions, now, cleaned)
        await _as_far_as_the_store_lets("expired files", of_files.expired, cleaned)
        await _as_far_as_the_store_lets("unfinished uploads", of_files.uploads, cleaned)
        await _as_far_as_the_store_lets("unclaimed files", of_files.unclaimed, cleaned)
        await of_rows.imports()
        await _as_far_as_the_store_lets("files of imports", of_sources.over, cleaned)
        await _as_far_as_the_store_lets("uploads of imports", of_sources.uploads, cleaned)
        await _as_far_as_the_store_lets("unclaimed files of imports", of_sources.unclaimed, cleaned)
        await _as_far_as_the_store_lets("uploads of assets", of_contents.uploads, cleaned)
        await _as_far_as_the_store_lets("unclaimed bytes of assets", of_contents.unclaimed, cleaned)
        await of_rows.queue()
        await of_rows.history(self._history)
        await of_rows.keys()
        if cleaned.failures:
            async with self._sessions.begin() as session:
                for operation, times in sorted(cleaned.failures.items()):
                    await tally(session, "storage_errors", times, operation=operation)
        else:
            async with self._sessions.begin() as session:
                await session.execute(SUCCEEDED, {"chore": CHORE, "now": now})
        log.info("cleaned up", failures=cleaned.failures.total(), **_by_name(cleaned))
        return cleaned


async def _as_far_as_the_store_lets(
    what: str, work: Callable[[], Awaitable[None]], cleaned: CleanedUp
) -> None:
    try:
        await work()
    except StorageError as error:
        log.warning("the store cannot be listed", looking_for=what, error=error.message)
        cleaned.failures["list"] += 1


def _by_name(cleaned: CleanedUp) -> dict[str, int]:
    return {what.value: number for what, number in cleaned.removed.items()}
