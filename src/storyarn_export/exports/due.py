"""Has a clean-up queued when it is time for one."""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import Row, func, select

from storyarn_export.db.session import Sessions
from storyarn_export.domain.backoff import wait_seconds
from storyarn_export.domain.cron import Cron
from storyarn_export.exports.clean_up import CHORE
from storyarn_export.exports.cleaned import statement
from storyarn_export.queueing.queue import CLEAN_UP, Queue

# One process at a time decides; the number only has to differ from other locks'.
LOCK = 7_305_809_214
# A clean-up that failed or was interrupted is tried again, ever more seldom.
FIRST_RETRY_SECONDS = 10.0
LONGEST_RETRY_SECONDS = 3600.0
STATE = statement("chore")

log = structlog.get_logger(__name__)


class QueueCleanUp:
    """Queues a clean-up when none has succeeded since the last moment at which one should have begun.

    Whether that moment is a second or a week ago makes no difference, so that there is nothing to catch up with
    beside it. However many processes look, there is one clean-up at a time.

    Args:
        sessions: where it is looked up.
        queue: takes the clean-up.
        cron: when one should begin.
    """

    def __init__(self, sessions: Sessions, queue: Queue, cron: Cron) -> None:
        self._sessions = sessions
        self._queue = queue
        self._cron = cron

    async def __call__(self, now: datetime) -> bool:
        """Look once.

        Args:
            now: the moment that counts as the present, with its time zone.

        Returns:
            Whether a clean-up has been queued.
        """
        async with self._sessions.begin() as session:
            await session.execute(select(func.pg_advisory_xact_lock(LOCK)))
            state = (await session.execute(STATE, {"chore": CHORE, "task": CLEAN_UP})).one()
            if state.queued or not self._is_due(state, now):
                return False
            await self._queue.enqueue_clean_up(session)
        log.info("clean-up queued", last_success=str(state.succeeded_at), failures_since=state.failures)
        return True

    def until_next_seconds(self, now: datetime) -> float:
        """Time until the next moment at which a clean-up should begin."""
        return (self._cron.next(now) - now).total_seconds()

    def _is_due(self, state: Row[tuple[object, ...]], now: datetime) -> bool:
        if state.succeeded_at is not None and state.succeeded_at >= self._cron.last(now):
            return False
        if not state.failures:
            return True
        wait = wait_seconds(
            state.failures, first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS
        )
        return bool(state.failed_at + timedelta(seconds=wait) <= now)
