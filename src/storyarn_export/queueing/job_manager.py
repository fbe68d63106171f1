"""What workers ask of the queue, steady while the database is away."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

import psycopg
import structlog
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException, NoResult
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager, NotificationCallback

from storyarn_export.domain.backoff import Backoff
from storyarn_export.queueing.statements import statement

FIRST_RETRY_SECONDS = 0.05
# A job that comes when the database is back waits for the next try.
LONGEST_RETRY_SECONDS = 0.5
# A worker that cannot look at its queue looks again at the next notification or poll.
FETCH_LIMIT_SECONDS = 2.0
# An end that is never written leaves an entry that seems to run; a database that never returns is not waited for.
FINISH_LIMIT_SECONDS = 600.0
BEAT = statement("beat")

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class SteadyJobManager(JobManager):
    """The library's job manager, with three weaknesses mended.

    - A connection that is lost during a fetch, a heartbeat or a finish would end the worker, silence it, or leave
      the entry running; here it is tried again.
    - A notification that comes while a fetch is on its way is forgotten by the worker, and the job waits for the
      next poll; here the fetch is made again.
    - A worker that has been taken for dead goes on without a heartbeat; here its heartbeat fails.

    Args:
        connector: to the database.
    """

    def __init__(self, connector: BaseConnector) -> None:
        super().__init__(connector)
        self._heard: Counter[tuple[str, ...]] = Counter()
        self._beats: dict[int, float] = {}

    @property
    def beats(self) -> tuple[float, ...]:
        """When, by the monotonic clock, each worker of this process last gave a sign of life."""
        return tuple(self._beats.values())

    async def register_worker(self) -> int:
        """Say that a worker comes, which is its first sign of life; its id."""
        worker_id = await super().register_worker()
        self._beats[worker_id] = time.monotonic()
        return worker_id

    async def unregister_worker(self, worker_id: int) -> None:
        """Say that a worker goes."""
        # Whether or not the database hears of it.
        self._beats.pop(worker_id, None)
        await super().unregister_worker(worker_id)

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Pass on what is said about these queues, until cancelled."""
        lane = tuple(queues or ())

        async def hear(*, channel: str, notification: Notification) -> None:
            self._heard[lane] += 1
            await on_notification(channel=channel, notification=notification)

        await super().listen_for_jobs(on_notification=hear, queues=queues)

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """Take a job for this worker; None when there is none, or the database is away."""
        lane = tuple(queues or ())
        try:
            while True:
                heard = self._heard[lane]
                job = await self._steadily(
                    "fetch", lambda: JobManager.fetch_job(self, queues, worker_id), FETCH_LIMIT_SECONDS
                )
                if job is not None or self._heard[lane] == heard:
                    return job
        except ConnectorException as error:
            if not _is_passing(error):
                raise
            log.warning("the queue cannot be looked at", queues=lane, error=repr(error.__cause__))
            return None

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        """Write how a job has ended, however long the database is away, up to FINISH_LIMIT_SECONDS."""
        tries = 0

        async def finish() -> None:
            nonlocal tries
            tries += 1
            try:
                await JobManager.finish_job_by_id_async(self, job_id, status, delete_job)
            except ConnectorException as error:
                # The try before has ended it, only its answer was lost.
                if tries == 1 or not isinstance(error.__cause__, psycopg.errors.RaiseException):
                    raise

        await self._steadily("finish", finish, FINISH_LIMIT_SECONDS)

    async def update_heartbeat(self, worker_id: int) -> None:
        """Give a sign of life, however long the database is away.

        Raises:
            NoResult: the worker has been taken for dead and forgotten.
        """

        async def beat() -> None:
            await self.connector.execute_query_one_async(query=BEAT, worker_id=worker_id)

        try:
            await self._steadily("heartbeat", beat, math.inf)
        except NoResult:
            self._beats.pop(worker_id, None)
            raise
        if worker_id in self._beats:
            self._beats[worker_id] = time.monotonic()

    async def list_jobs_to_abort_async(self, queue: str | None = None) -> Iterable[int]:
        """Ids of running jobs that are to be cancelled, as soon as the database is there."""
        return await self._steadily(
            "look for cancelled jobs", lambda: JobManager.list_jobs_to_abort_async(self, queue), math.inf
        )

    async def _steadily(
        self, what: str, attempt: Callable[[], Awaitable[Result]], limit_seconds: float
    ) -> Result:
        began = time.monotonic()
        backoff = Backoff(first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS)
        failures = 0
        while True:
            try:
                result = await attempt()
            except ConnectorException as error:
                if not _is_passing(error) or time.monotonic() - began > limit_seconds:
                    raise
                if not failures:
                    log.warning("the queue is away", during=what, error=repr(error.__cause__))
                failures += 1
            else:
                if failures:
                    log.info(
                        "the queue is back", during=what, away_seconds=round(time.monotonic() - began, 2)
                    )
                return result
            await asyncio.sleep(backoff.next())


def _is_passing(error: ConnectorException) -> bool:
    """Whether the next try may work: connections lost or refused, servers that start or stop, conflicts."""
    return isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError)
