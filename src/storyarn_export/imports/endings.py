"""How a run of an import ends in its row, but for success: one transaction each, fenced by the run's token."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ImportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.backoff import wait_seconds
from storyarn_export.domain.errors import ProjectBusyError
from storyarn_export.domain.imports import Preview, SourceFacts
from storyarn_export.domain.lifecycle import ImportStatus
from storyarn_export.imports.policy import (
    FIRST_RETRY_SECONDS,
    LOCK_RETRY_SECONDS,
    LONGEST_RETRY_SECONDS,
    ImportPolicy,
)
from storyarn_export.imports.shown import facts_json, preview_json
from storyarn_export.imports.status import JOBS, STALE, write_run
from storyarn_export.jobs.told import told
from storyarn_export.progress.tally import tally
from storyarn_export.queueing.queue import Queue


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed import.

    Attributes:
        job: the row as it was claimed.
        token: names the run in all its writes.
    """

    job: ImportJob
    token: UUID

    @property
    def executes(self) -> bool:
        """Whether it writes into the project; else it reads the file for the first time."""
        return self.job.status == ImportStatus.RUNNING

    @property
    def fingerprint(self) -> str | None:
        """Of the preview that was decided by."""
        preview: dict[str, Any] = self.job.preview or {}
        return preview.get("fingerprint")


class Endings:
    """Ends runs.

    Args:
        sessions: where rows of jobs are written.
        queue: takes jobs back.
        policy: how long files are kept, and how often runs are tried again.
    """

    def __init__(self, sessions: Sessions, queue: Queue, policy: ImportPolicy) -> None:
        self._sessions = sessions
        self._queue = queue
        self._policy = policy

    async def ready(self, run: Run, facts: SourceFacts, preview: Preview) -> None:
        """The file has been read: someone may look at the preview and execute it.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        async with self._sessions.begin() as session:
            await self._offer(session, run, preview, stage=None, source_facts=facts_json(facts))

    async def stale(self, run: Run, preview: Preview) -> None:
        """The project is not what was decided about: someone has to look again.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        async with self._sessions.begin() as session:
            await self._offer(session, run, preview, stage=STALE, conflict_resolution=None)
            await tally(session, "import_stale")

    async def hand_back(self, run: Run) -> None:
        """The run stops, the import does not: it waits for a worker, the attempt unspent.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        async with self._sessions.begin() as session:
            await self._requeue(session, run, delay_seconds=0)

    async def fault(self, run: Run, error: Exception, *, passing: bool) -> bool:
        """Something went wrong: try again later if it passes and has not come too often, else fail.

        Returns:
            Whether the import goes on.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        async with self._sessions.begin() as session:
            if isinstance(error, ProjectBusyError) and self._may_wait(run.job):
                await self._requeue(session, run, delay_seconds=LOCK_RETRY_SECONDS)
                return True
            retries = run.job.retries + 1
            if passing and retries <= self._policy.max_retries:
                delay_seconds = wait_seconds(
                    retries, first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS
                )
                await self._requeue(session, run, delay_seconds=delay_seconds, retries=retries)
                await tally(session, "import_retries")
                return True
            await self._fail(session, run, error)
            return False

    def _may_wait(self, job: ImportJob) -> bool:
        # Nobody waits for another import for longer than files are kept.
        return job.expires_at is None or datetime.now(UTC) < job.expires_at

    async def _fail(self, session: AsyncSession, run: Run, error: Exception) -> None:
        code, message, details = told(error)
        await write_run(
            session,
            run.token,
            status=ImportStatus.FAILED,
            stage=None,
            run_token=None,
            error_code=code,
            error_message=message,
            error_details=details,
            completed_at=datetime.now(UTC),
        )
        await tally(session, "import_finished", status=ImportStatus.FAILED.value)

    async def _offer(
        self, session: AsyncSession, run: Run, preview: Preview, *, stage: str | None, **more: object
    ) -> None:
        await write_run(
            session,
            run.token,
            status=ImportStatus.READY,
            stage=stage,
            run_token=None,
            queue_job_id=None,
            attempt=0,
            retries=0,
            progress=100,
            entities_total=preview.total,
            entities_processed=0,
            preview=preview_json(preview),
            expires_at=datetime.now(UTC) + self._policy.retention,
            **more,
        )

    async def _requeue(
        self, session: AsyncSession, run: Run, *, delay_seconds: float, **more: object
    ) -> None:
        entry = await self._queue.enqueue_import(session, run.job.id, delay_seconds=delay_seconds)
        await write_run(
            session,
            run.token,
            status=ImportStatus.RETRYING if run.executes else ImportStatus.PARSING,
            attempt=JOBS.c.attempt - 1,
            run_token=None,
            queue_job_id=entry,
            **more,
        )
