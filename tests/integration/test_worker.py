"""Workers pick up, keep to their limits, outlive outages and stop in time."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from structlog.contextvars import get_contextvars

from storyarn_export.db.session import Sessions
from storyarn_export.queueing.queue import Queue
from storyarn_export.worker.supervisor import HAND_BACK_SECONDS
from tests.factories.outages import cut, eventually, gateway
from tests.factories.queued import enqueue, listens, open_queue, open_sessions, status, working

# Well above what it takes, well below the five seconds between two polls.
NOTIFY_SPEED_SECONDS = 1.0
RECOVERY_SECONDS = 2.0


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    async with open_sessions(database_url) as opened:
        yield opened


@pytest.fixture
async def queue(database_url: str) -> AsyncIterator[Queue]:
    async with open_queue(database_url) as opened:
        yield opened


class Runs:
    """An export that tells when it runs and ends when it is let."""

    def __init__(self, *, endless: bool = False) -> None:
        self.began: asyncio.Queue[UUID] = asyncio.Queue()
        self.cancelled: asyncio.Queue[UUID] = asyncio.Queue()
        self.let_end = asyncio.Event()
        if not endless:
            self.let_end.set()
        self.running = 0
        self.peak = 0

    async def __call__(self, job_id: UUID) -> None:
        self.running += 1
        self.peak = max(self.peak, self.running)
        self.began.put_nowait(job_id)
        try:
            await self.let_end.wait()
        except asyncio.CancelledError:
            self.cancelled.put_nowait(job_id)
            raise
        finally:
            self.running -= 1

    async def next(self, within_seconds: float = 10) -> UUID:
        async with asyncio.timeout(within_seconds):
            return await self.began.get()


async def _has(bulk: asyncpg.Pool, entry: int, wanted: str) -> None:
    async def holds() -> bool:
        return await status(bulk, entry) == wanted

    await eventually(holds)


async def test_a_job_is_picked_up_when_it_is_committed(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs = Runs()
    async with working(queue, runs):
        await listens(bulk)
        job_id, entry = await enqueue(queue, sessions)
        assert await runs.next(NOTIFY_SPEED_SECONDS) == job_id
        await _has(bulk, entry, "succeeded")


async def test_no_job_of_a_stream_of_jobs_waits_for_a_poll(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    gaps = random.Random(3)  # noqa: S311 - moments, not secrets
    runs = Runs()
    async with working(queue, runs):
        await listens(bulk)
        for _ in range(60):
            job_id, _ = await enqueue(queue, sessions)
            assert await runs.next(NOTIFY_SPEED_SECONDS) == job_id
            # The worker is on its way back to its queue: its last look, and what it forgets during it.
            await asyncio.sleep(gaps.uniform(0, 0.02))


async def test_three_exports_run_at_a_time(queue: Queue, sessions: Sessions) -> None:
    runs = Runs(endless=True)
    async with working(queue, runs):
        ids = {(await enqueue(queue, sessions))[0] for _ in range(8)}
        began = {await runs.next() for _ in range(3)}
        runs.let_end.set()
        began |= {await runs.next() for _ in range(5)}
    assert began == ids
    assert runs.peak == 3


async def test_other_queues_go_on_while_one_is_full(queue: Queue, sessions: Sessions) -> None:
    runs, done = Runs(endless=True), asyncio.Event()

    @queue.app.task(name="tidy", queue="maintenance")
    async def _tidy() -> None:
        done.set()

    async with working(queue, runs, concurrency={"exports": 1, "maintenance": 1}):
        for _ in range(2):
            await enqueue(queue, sessions)
        await runs.next()
        await queue.app.configure_task("tidy").defer_async()
        async with asyncio.timeout(10):
            await done.wait()
        runs.let_end.set()


async def test_a_job_that_fails_does_not_stop_the_next(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    async def fail(_: UUID) -> None:
        raise RuntimeError("broken")

    async with working(queue, fail):
        for _ in range(2):
            _, entry = await enqueue(queue, sessions)
            await _has(bulk, entry, "failed")


async def test_log_lines_of_a_job_carry_its_id(queue: Queue, sessions: Sessions) -> None:
    seen: asyncio.Queue[object] = asyncio.Queue()

    async def look(_: UUID) -> None:
        seen.put_nowait(get_contextvars()["job_id"])

    async with working(queue, look), asyncio.timeout(10):
        job_id, _ = await enqueue(queue, sessions)
        assert await seen.get() == str(job_id)


async def test_a_running_job_is_cancelled_when_it_is_asked_to_be(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs = Runs(endless=True)
    async with working(queue, runs):
        await listens(bulk)
        job_id, entry = await enqueue(queue, sessions)
        await runs.next()
        async with sessions.begin() as session:
            await queue.cancel(session, entry, abort=True)
        async with asyncio.timeout(NOTIFY_SPEED_SECONDS):
            assert await runs.cancelled.get() == job_id
        await _has(bulk, entry, "aborted")


async def test_an_idle_worker_outlives_the_loss_of_all_its_connections(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs = Runs()
    async with working(queue, runs) as supervisor:
        for _ in range(3):
            await listens(bulk)
            assert await cut(bulk, "tests-queue%") >= 3
            job_id, _ = await enqueue(queue, sessions)
            assert await runs.next(RECOVERY_SECONDS) == job_id
        assert not supervisor.done()


async def test_a_running_job_outlives_the_loss_of_the_worker_s_connections(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs = Runs(endless=True)
    async with working(queue, runs):
        await listens(bulk)
        _, entry = await enqueue(queue, sessions)
        await runs.next()
        await cut(bulk, "tests-queue%")
        await listens(bulk)
        runs.let_end.set()
        await _has(bulk, entry, "succeeded")
    assert runs.cancelled.empty()


async def test_a_worker_that_cannot_reach_the_database_for_a_while_comes_back_at_full_speed(
    database_url: str, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs = Runs(endless=True)
    async with (
        gateway(database_url) as way,
        open_queue(way.url) as queue,
        working(queue, runs, heartbeat_seconds=0.1) as supervisor,
    ):
        await listens(bulk)
        _, ending = await enqueue(queue, sessions)
        await runs.next()
        # Its last look at the queue has ended: what comes now is found by being told, or at the next poll.
        await asyncio.sleep(0.3)
        way.close()
        # It ends, and another one comes, while the worker can reach nothing.
        runs.let_end.set()
        waiting, _ = await enqueue(queue, sessions)
        await asyncio.sleep(0.5)
        assert await status(bulk, ending) == "doing"
        await way.open()
        assert await runs.next(RECOVERY_SECONDS) == waiting
        await _has(bulk, ending, "succeeded")
        await listens(bulk)
        job_id, _ = await enqueue(queue, sessions)
        assert await runs.next(NOTIFY_SPEED_SECONDS) == job_id
        assert not supervisor.done()


async def test_a_worker_that_starts_while_the_database_is_away_begins_when_it_is_there(
    database_url: str, sessions: Sessions
) -> None:
    runs = Runs()
    async with gateway(database_url) as way, open_queue(way.url) as queue:
        way.close()
        async with working(queue, runs):
            job_id, _ = await enqueue(queue, sessions)
            await asyncio.sleep(0.3)
            await way.open()
            assert await runs.next() == job_id


async def test_a_worker_that_was_taken_for_dead_is_replaced(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs = Runs()
    async with working(queue, runs, concurrency={"exports": 1}, heartbeat_seconds=0.1):
        await listens(bulk, queues=1)
        forgotten = await bulk.fetchval("DELETE FROM procrastinate_workers RETURNING id")

        async def registered() -> bool:
            return bool(
                await bulk.fetchval("SELECT true FROM procrastinate_workers WHERE id > $1", forgotten)
            )

        await eventually(registered)
        job_id, _ = await enqueue(queue, sessions)
        assert await runs.next(RECOVERY_SECONDS) == job_id


async def test_an_idle_supervisor_stops_at_once(queue: Queue, bulk: asyncpg.Pool) -> None:
    async with working(queue, Runs(), shutdown_seconds=60):
        await listens(bulk)
        began = time.monotonic()
    assert time.monotonic() - began < 2
    assert await bulk.fetchval("SELECT count(*) FROM procrastinate_workers") == 0


async def test_a_supervisor_that_has_just_begun_stops_at_once(queue: Queue) -> None:
    began = time.monotonic()
    async with working(queue, Runs(), shutdown_seconds=60):
        pass
    assert time.monotonic() - began < 2


async def test_a_running_job_may_end_before_the_supervisor_does(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs, stop = Runs(endless=True), asyncio.Event()
    async with working(queue, runs, stop=stop) as supervisor:
        _, entry = await enqueue(queue, sessions)
        await runs.next()
        stop.set()
        _, late = await enqueue(queue, sessions)
        done, _ = await asyncio.wait({supervisor}, timeout=0.3)
        assert not done
        runs.let_end.set()
    assert await status(bulk, entry) == "succeeded"
    assert await status(bulk, late) == "todo"


async def test_a_worker_that_drains_gives_signs_of_life_and_hears_of_cancelled_jobs(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs, stop = Runs(endless=True), asyncio.Event()
    async with working(
        queue, runs, stop=stop, concurrency={"exports": 1}, heartbeat_seconds=0.1, shutdown_seconds=20
    ) as supervisor:
        await listens(bulk, queues=1)
        job_id, entry = await enqueue(queue, sessions)
        await runs.next()
        stop.set()
        await asyncio.sleep(0.1)
        told = await bulk.fetchval("SELECT clock_timestamp() FROM procrastinate_workers")

        async def beats() -> bool:
            return bool(await bulk.fetchval("SELECT last_heartbeat > $1 FROM procrastinate_workers", told))

        await eventually(beats)
        async with sessions.begin() as session:
            await queue.cancel(session, entry, abort=True)
        async with asyncio.timeout(NOTIFY_SPEED_SECONDS):
            assert await runs.cancelled.get() == job_id
        async with asyncio.timeout(NOTIFY_SPEED_SECONDS):
            await supervisor
    assert await status(bulk, entry) == "aborted"
    assert await bulk.fetchval("SELECT count(*) FROM procrastinate_workers") == 0


async def test_a_job_that_does_not_end_in_time_hands_itself_back(
    queue: Queue, sessions: Sessions, bulk: asyncpg.Pool, database_url: str
) -> None:
    runs = Runs(endless=True)

    async def run_or_hand_back(job_id: UUID) -> None:
        try:
            await runs(job_id)
        except asyncio.CancelledError:
            await enqueue(queue, sessions, job_id)
            raise

    async with working(queue, run_or_hand_back, shutdown_seconds=0.2):
        job_id, entry = await enqueue(queue, sessions)
        await runs.next()
        began = time.monotonic()
    assert time.monotonic() - began < 0.2 + HAND_BACK_SECONDS
    assert await status(bulk, entry) == "aborted"
    other = Runs()
    async with open_queue(database_url) as second, working(second, other):
        assert await other.next() == job_id


async def test_a_job_that_will_not_be_cancelled_does_not_keep_the_supervisor(
    queue: Queue, sessions: Sessions
) -> None:
    began, let_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def stubborn(_: UUID) -> None:
        began.set()
        while not let_end.is_set():
            try:
                await let_end.wait()
            except asyncio.CancelledError:
                continue
        ended.set()

    async with working(queue, stubborn, shutdown_seconds=0.2, concurrency={"exports": 1}):
        await enqueue(queue, sessions, uuid4())
        await began.wait()
        told = time.monotonic()
    assert 0.2 < time.monotonic() - told < 0.2 + HAND_BACK_SECONDS + 1
    let_end.set()
    await ended.wait()


async def test_a_supervisor_stops_in_time_while_the_database_is_away(
    database_url: str, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    runs = Runs(endless=True)
    async with gateway(database_url) as way, open_queue(way.url) as queue:
        async with working(queue, runs, shutdown_seconds=0.2):
            await listens(bulk)
            await enqueue(queue, sessions)
            await runs.next()
            way.close()
            told = time.monotonic()
        assert time.monotonic() - told < 0.2 + HAND_BACK_SECONDS + 1
        await way.open()
