"""Removes rows that nobody needs any more, few enough at a time that nobody waits for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, TextClause

from storyarn_export.db.session import Sessions
from storyarn_export.exports.cleaned import CleanedUp, What, statement
from storyarn_export.jobs.once import KEPT as KEYS_KEPT
from storyarn_export.progress.change import JobChange
from storyarn_export.progress.publisher import announce

# Rows of one transaction at most.
BATCH = 1000
# Each of these is told to subscribers.
TOLD_BATCH = 100
# Long enough that whoever looks into a fault finds its entry; many entries make the start of workers slow.
ENTRIES_KEPT = timedelta(days=1)

STALE_IMPORTS = statement("stale_imports")
PRUNE_ENTRIES = statement("prune_entries")
PRUNE_TICKS = statement("prune_ticks")
PRUNE_HISTORY = statement("prune_history")
PRUNE_IMPORTS = statement("prune_imports")
PRUNE_KEYS = statement("prune_keys")


class CleanRows:
    """Ends imports that were forgotten; prunes the queue and the history of jobs.

    Rows that others work with at the moment are left for the next time.

    Args:
        sessions: where rows are written.
        now: the moment that counts as the present.
        cleaned: is told what has been removed.
    """

    def __init__(self, sessions: Sessions, now: datetime, cleaned: CleanedUp) -> None:
        self._sessions = sessions
        self._now = now
        self._cleaned = cleaned

    async def imports(self) -> None:
        """Imports whose time is over while they wait to be executed; subscribers are told."""
        while True:
            async with self._sessions.begin() as session:
                ended = await session.execute(STALE_IMPORTS, {"now": self._now, "most": TOLD_BATCH})
                rows = ended.all()
                for row in rows:
                    await announce(session, JobChange("import", row.id, row.seq, row.user_id))
                await self._cleaned.count(session, What.STALE_IMPORTS, len(rows))
            if len(rows) < TOLD_BATCH:
                return

    async def queue(self) -> None:
        """What the queue keeps of entries that have been over for ENTRIES_KEPT."""
        before = self._now - ENTRIES_KEPT
        after = 0
        while rows := await self._batch(
            PRUNE_ENTRIES, {"before": before, "after": after}, What.QUEUE_ENTRIES
        ):
            after = max(row.id for row in rows)
        after = 0
        while rows := await self._batch(
            PRUNE_TICKS, {"before": int(before.timestamp()), "after": after}, What.QUEUE_TICKS
        ):
            after = max(row.id for row in rows)

    async def history(self, kept: timedelta) -> None:
        """Exports and imports that have been over for so long and have no file any more."""
        before = {"before": self._now - kept}
        while await self._batch(PRUNE_HISTORY, before, What.OLD_EXPORTS):
            pass
        while await self._batch(PRUNE_IMPORTS, before, What.OLD_IMPORTS):
            pass

    async def keys(self) -> None:
        """Keys of requests after which an equal request is a new one."""
        while await self._batch(PRUNE_KEYS, {"before": self._now - KEYS_KEPT}, What.OLD_KEYS):
            pass

    async def _batch(
        self, prune: TextClause, values: Mapping[str, Any], what: What
    ) -> Sequence[Row[tuple[Any, ...]]]:
        async with self._sessions.begin() as session:
            rows = (await session.execute(prune, {**values, "most": BATCH})).all()
            await self._cleaned.count(session, what, len(rows))
        return rows
