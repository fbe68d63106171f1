"""How a run of a verification ends in the row: one transaction each, fenced by the run's token."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.session import Sessions
from storyarn_export.domain.backoff import wait_seconds
from storyarn_export.jobs.told import told
from storyarn_export.progress.tally import tally
from storyarn_export.queueing.queue import Queue
from storyarn_export.verification.comparing import Comparison
from storyarn_export.verification.row import Run, write_run
from storyarn_export.verification.state import Verification

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class VerificationPolicy:
    """How often verifications are tried.

    Attributes:
        max_attempts: runs that may lose their worker.
        max_retries: runs that may end because something was away.
    """

    max_attempts: int
    max_retries: int


class Endings:
    """Ends runs. One that ran inside a request and cannot go on there goes on in the queue.

    Args:
        sessions: where rows are written.
        queue: takes verifications back.
        policy: how often they are tried.
    """

    def __init__(self, sessions: Sessions, queue: Queue, policy: VerificationPolicy) -> None:
        self._sessions = sessions
        self._queue = queue
        self._policy = policy

    async def complete(self, run: Run, found: Comparison) -> None:
        """It has come to its end.

        Raises:
            SupersededError: the run does not hold the verification any more.
        """
        async with self._sessions.begin() as session:
            await end(session, run, run.state.ended(found))

    async def hand_back(self, run: Run) -> None:
        """The run stops, the verification does not: it waits for a worker, the attempt unspent.

        Raises:
            SupersededError: the run does not hold the verification any more.
        """
        async with self._sessions.begin() as session:
            await self._requeue(session, run, run.state.waiting(spent=False), delay_seconds=0)

    async def fault(self, run: Run, error: Exception, *, passing: bool) -> None:
        """Something went wrong: try again later if it passes and has not come too often, else fail.

        Raises:
            SupersededError: the run does not hold the verification any more.
        """
        retries = run.state.retries + 1
        async with self._sessions.begin() as session:
            if passing and retries <= self._policy.max_retries:
                delay_seconds = wait_seconds(
                    retries, first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS
                )
                waiting = run.state.waiting(spent=False, retries=retries)
                await self._requeue(session, run, waiting, delay_seconds=delay_seconds)
                return
            code, message, details = told(error)
            await end(session, run, run.state.failed(code, message, (details or {}).get("hint")))

    async def _requeue(
        self, session: AsyncSession, run: Run, state: Verification, *, delay_seconds: float
    ) -> None:
        entry = await self._queue.enqueue_verification(session, run.job.id, delay_seconds=delay_seconds)
        await write_run(session, run, state, verification_entry=entry)


async def end(session: AsyncSession, run: Run, state: Verification) -> None:
    """Write how a verification has ended, and count it.

    Raises:
        SupersededError: the run does not hold the verification any more.
    """
    await write_run(session, run, state)
    await tally(session, "verification_finished", status=state.status)
