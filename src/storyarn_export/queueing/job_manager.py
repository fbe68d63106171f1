"""What workers ask of the queue, steady while the database is away."""

import asyncio
import math
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TypeVar

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException, NoResult
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager, NotificationCallback

from storyarn_export.domain.backoff import Backoff
from storyarn_export.queueing.connector import LOOK, SteadyConnector
from storyarn_export.queueing.statements import statement

FIRST_RETRY_SECONDS = 0.05
# A job that comes when the database is back waits for the next try.
LONGEST_RETRY_SECONDS = 0.5
# A worker that cannot look at its queue looks again at the next notification or poll.
FETCH_LIMIT_SECONDS = 2.0
# An end that is never written leaves an entry that seems to run; a database that never returns is not waited for.
FINISH_LIMIT_SECONDS = 600.0
BEAT = statement("beat")
LOCK_QUEUE = statement("lock_queue")
FETCH = statement("fetch")
LOST = statement("lost")
FINISH = statement("finish")
TELL_PLACE = statement("tell_place")

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class SteadyJobManager(JobManager):
    """The library's job manager, with limits over all processes, and with four weaknesses mended.

    - A connection that is lost during a fetch, a heartbeat or a finish would end the worker, silence it, or leave
      the entry running; here it is tried again.
    - A notification that comes while a fetch is on its way is forgotten by the worker, and the job waits for the
      next poll; here the fetch is made again.
    - An entry that was taken in the moment in which the connection was lost would stay taken by a worker that knows
      nothing of it; here the worker looks for it.
    - A worker that has been taken for dead goes on without a heartbeat; here its heartbeat fails.

    The entries that run are the places of a queue: none is taken while all are, and each that ends is told to all
    who listen to the queue.

    Args:
        connector: to the database.
        limits: places, by queue; a queue that is not named has no limit.
    """

    connector: SteadyConnector

    def __init__(self, connector: SteadyConnector, limits: Mapping[str, int]) -> None:
        super().__init__(connector)
        self._limits = dict(limits)
        self._heard: Counter[tuple[str, ...]] = Counter()
        self._beats: dict[int, float] = {}
        self._held: defaultdict[int, set[int]] = defaultdict(set)
        self._unsure: set[int] = set()

    @property
    def beats(self) -> tuple[float, ...]:
        """When, by the monotonic clock, each worker of this process last gave a sign of life."""
        return tuple(self._beats.values())

    async def register_worker(self) -> int:
        """Say that a worker comes, which is its first sign of life; its id."""
        worker_id = await super().register_worker()
        self._beats[worker_id] = time.monotonic()
        return worker_id

    async def prune_stalled_workers(self, seconds_since_heartbeat: float) -> list[int]:  # noqa: ARG002
        """Forget nobody: whoever looks for dead workers does, and knows when all only seem to be dead."""
        return []

    async def unregister_worker(self, worker_id: int) -> None:
        """Say that a worker goes."""
        # Whether or not the database hears of it.
        self._beats.pop(worker_id, None)
        self._held.pop(worker_id, None)
        self._unsure.discard(worker_id)
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
        """Take a job for this worker; None when there is none, all places are taken, or the database is away."""
        lane = tuple(queues or ())
        try:
            while True:
                heard = self._heard[lane]
                job = await self._steadily("fetch", lambda: self._take(lane, worker_id), FETCH_LIMIT_SECONDS)
                if job is not None or self._heard[lane] == heard:
                    return job
        except ConnectorException as error:
            if not _is_passing(error):
                raise
            log.warning("the queue cannot be looked at", queues=lane, error=repr(error.__cause__))
            return None

    async def _take(self, lane: tuple[str, ...], worker_id: int) -> Job | None:
        """One try, or what an earlier try has taken without getting to know it."""
        held = self._held[worker_id]
        job = None
        if worker_id in self._unsure:
            job = await self._lost(worker_id, held)
            self._unsure.discard(worker_id)
        if job is None:
            try:
                job = await self._next(lane, worker_id)
            except ConnectorException:
                self._unsure.add(worker_id)
                raise
        if job is not None and job.id is not None:
            held.add(job.id)
        return job

    async def _next(self, lane: tuple[str, ...], worker_id: int) -> Job | None:
        limits = [self._limits[queue] for queue in lane if queue in self._limits]
        if len(lane) != 1 or not limits:
            return await super().fetch_job(list(lane) or None, worker_id)
        row = await self.connector.execute_together_async(
            (LOCK_QUEUE, {"queue": lane[0]}),
            (FETCH, {"queue": lane[0], "limit": limits[0], "worker_id": worker_id}),
        )
        return None if row is None or row["id"] is None else Job.from_row(row)

    async def _lost(self, worker_id: int, held: set[int]) -> Job | None:
        rows = await self.connector.execute_query_all_async(
            query=LOST, worker_id=worker_id, held=sorted(held)
        )
        for row in rows:
            log.warning("an entry was taken as the connection was lost", entry=row["id"])
            return Job.from_row(row)
        return None

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        """Write how a job has ended, however long the database is away, up to FINISH_LIMIT_SECONDS."""
        tries = 0
        ending = {"job_id": job_id, "status": status.value, "delete_job": delete_job}

        async def finish() -> None:
            nonlocal tries
            tries += 1
            try:
                await self.connector.execute_together_async(
                    (FINISH, ending), (TELL_PLACE, {"job_id": job_id, "look": LOOK})
                )
            except ConnectorException as error:
                # The try before has ended it, only its answer was lost; or it was taken for dead.
                if tries == 1 or not isinstance(error.__cause__, psycopg.errors.RaiseException):
                    raise

        try:
            await self._steadily("finish", finish, FINISH_LIMIT_SECONDS)
        finally:
            for held in self._held.values():
                held.discard(job_id)

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
            if self._beats.pop(worker_id, None) is not None:
                raise
            # It has said itself that it goes.
            return
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
