"""How a run ends in the job's row. Each ending is one transaction, fenced by the run's token."""

from datetime import UTC, datetime

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.session import Sessions
from storyarn_export.domain.backoff import wait_seconds
from storyarn_export.domain.errors import StoryarnError
from storyarn_export.domain.lifecycle import JobStatus, Mode
from storyarn_export.domain.names import export_filename
from storyarn_export.exports.attempt import RunPolicy, Written
from storyarn_export.exports.claimed import Run
from storyarn_export.exports.status import JOBS, write_run
from storyarn_export.jobs.told import told
from storyarn_export.progress.tally import measure, tally
from storyarn_export.queueing.queue import Queue

FIRST_RETRY_SECONDS = 1.0
LONGEST_RETRY_SECONDS = 60.0


class Endings:
    """Ends runs.

    Args:
        sessions: where rows of jobs are written.
        queue: takes jobs back.
        policy: how long files are kept, and how often runs are tried again.
    """

    def __init__(self, sessions: Sessions, queue: Queue, policy: RunPolicy) -> None:
        self._sessions = sessions
        self._queue = queue
        self._policy = policy

    async def complete(self, run: Run, written: Written) -> None:
        """The file is there.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        shown = orjson.loads(written.project)
        stored, sections = written.stored, written.sections
        kind = run.chosen.file_kind(run.options)
        now = datetime.now(UTC)
        entities = sum(section["processed"] for section in sections.values())
        async with self._sessions.begin() as session:
            await write_run(
                session,
                run.token,
                status=JobStatus.COMPLETED,
                progress=100,
                entities_total=sum(section["total"] for section in sections.values()),
                entities_processed=entities,
                sections=sections,
                checkpoint=None,
                file_key=stored.key,
                file_size=stored.size,
                sha256=stored.sha256,
                content_type=kind.media_type,
                filename=export_filename(
                    name=shown["name"],
                    slug=shown["slug"],
                    project_id=run.job.project_id,
                    extension=kind.extension,
                ),
                completed_at=now,
                expires_at=now + self._policy.retention,
            )
            await self._count_end(session, run, JobStatus.COMPLETED, now)
            await tally(session, "export_bytes", stored.size, format=run.chosen.name)
            await tally(session, "export_entities", entities, format=run.chosen.name)

    async def hand_back(self, run: Run) -> bool:
        """The run stops, the job does not: it waits for another worker, the attempt unspent.

        Returns:
            Whether the job goes on; one that ran inside a request is over with it.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        async with self._sessions.begin() as session:
            if run.job.mode == Mode.SYNC:
                now = datetime.now(UTC)
                await write_run(
                    session, run.token, status=JobStatus.CANCELLED, checkpoint=None, completed_at=now
                )
                await self._count_end(session, run, JobStatus.CANCELLED, now)
                return False
            await self._requeue(session, run, delay_seconds=0)
            await tally(session, "export_handbacks")
            return True

    async def fault(self, run: Run, error: Exception, *, passing: bool) -> bool:
        """Something went wrong: try again later if it passes and has not come too often, else fail.

        Returns:
            Whether the job goes on.

        Raises:
            SupersededError: the run does not hold the job any more.
        """
        retries = run.job.retries + 1
        async with self._sessions.begin() as session:
            if passing and run.job.mode == Mode.ASYNC and retries <= self._policy.max_retries:
                delay_seconds = _delay_seconds(error, retries)
                await self._requeue(session, run, delay_seconds=delay_seconds, retries=retries)
                await tally(session, "export_retries")
                return True
            now = datetime.now(UTC)
            code, message, details = told(error)
            await write_run(
                session,
                run.token,
                status=JobStatus.FAILED,
                checkpoint=None,
                error_code=code,
                error_message=message,
                error_details=details,
                completed_at=now,
            )
            await self._count_end(session, run, JobStatus.FAILED, now)
            return False

    async def _requeue(
        self, session: AsyncSession, run: Run, *, delay_seconds: float, **more: object
    ) -> None:
        queue_job_id = await self._queue.enqueue_export(session, run.job.id, delay_seconds=delay_seconds)
        await write_run(
            session,
            run.token,
            status=JobStatus.PENDING,
            attempt=JOBS.c.attempt - 1,
            run_token=None,
            queue_job_id=queue_job_id,
            **more,
        )

    async def _count_end(self, session: AsyncSession, run: Run, status: JobStatus, now: datetime) -> None:
        name = run.chosen.name
        await tally(session, "export_finished", format=name, status=status.value)
        if run.job.started_at is not None:
            await measure(session, "export_seconds", (now - run.job.started_at).total_seconds(), format=name)


def _delay_seconds(error: Exception, retries: int) -> float:
    """How long a run is put off that is tried again for so many times.

    A database that has been away is back: this very transaction shows it. When it goes on failing, or it is a replica
    or the store that is away, the waits grow.
    """
    waits = retries if isinstance(error, StoryarnError) else retries - 1
    if not waits:
        return 0
    return wait_seconds(waits, first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS)
