"""Gives the verifications of dead workers to living ones."""

from importlib.resources import files

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import WorkerDiedError
from storyarn_export.jobs.dead import MOST_A_ROUND, end_dead_entries
from storyarn_export.progress.tally import tally
from storyarn_export.queueing.queue import VERIFY_EXPORT, Queue
from storyarn_export.verification.endings import VerificationPolicy
from storyarn_export.verification.row import locked, write
from storyarn_export.verification.state import Verification

# One process at a time looks after the dead; the number only has to differ from other locks'.
LOCK = 7_305_809_215
REQUEST_LIMIT_SECONDS = 60.0
ORPHANS = text((files(__package__) / "queries" / "orphans.sql").read_text(encoding="utf-8"))
HINT = "Ask for it again; if it happens again, look at the workers' logs and memory."

log = structlog.get_logger(__name__)


class RescueVerifications:
    """Finds verifications whose process is dead and has them run again, or fails them after their attempts.

    What a dead process had loaded is rolled back by the server.

    Args:
        sessions: where rows are written.
        queue: takes verifications back.
        policy: how many attempts there are.
        stalled_after_seconds: silence after which a worker counts as dead.
    """

    def __init__(
        self, sessions: Sessions, queue: Queue, policy: VerificationPolicy, *, stalled_after_seconds: float
    ) -> None:
        self._sessions = sessions
        self._queue = queue
        self._policy = policy
        self._stalled_after_seconds = stalled_after_seconds

    async def __call__(self) -> None:
        """Look once, at MOST_A_ROUND of each kind at most; does nothing while another process looks."""
        async with self._sessions.begin() as session:
            if await session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
                await self._dead_entries(session)
                await self._orphans(session)

    async def _dead_entries(self, session: AsyncSession) -> None:
        dead = await end_dead_entries(
            session, self._queue, [VERIFY_EXPORT], stalled_after_seconds=self._stalled_after_seconds
        )
        for entry in dead:
            job = None if entry.job_id is None else await locked(session, entry.job_id)
            # Else another entry has it by now.
            if job is not None and job.verification_entry == entry.id:
                await self._again(session, job)

    async def _orphans(self, session: AsyncSession) -> None:
        found = await session.scalars(
            ORPHANS,
            {
                "stalled_after": self._stalled_after_seconds,
                "request_limit": max(REQUEST_LIMIT_SECONDS, self._stalled_after_seconds),
                "most": MOST_A_ROUND,
            },
        )
        for job_id in found.all():
            job = await locked(session, job_id)
            if job is not None:
                await self._again(session, job)

    async def _again(self, session: AsyncSession, job: ExportJob) -> None:
        state = Verification.of(job.verification)
        if state is None or not state.active:
            return
        if state.attempt >= self._policy.max_attempts:
            message = f"The process died each of the {state.attempt} times that the verification was tried."
            failed = state.failed(WorkerDiedError.code, message, HINT)
            await write(session, job.id, failed, verification_run=None)
            await tally(session, "verification_finished", status=failed.status)
            log.error("verification given up", job_id=str(job.id), attempt=state.attempt)
            return
        entry = await self._queue.enqueue_verification(session, job.id)
        await write(session, job.id, state.waiting(), verification_run=None, verification_entry=entry)
        await tally(session, "verification_rescues")
        log.warning("verification rescued", job_id=str(job.id), attempt=state.attempt)
