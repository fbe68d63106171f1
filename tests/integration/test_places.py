"""The places of a queue: so many jobs run at a time in all worker processes together, and no place is lost."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest

from storyarn_export.db.session import Sessions
from tests.factories.outages import eventually, gateway
from tests.factories.queued import enqueue, listens, open_queue, open_sessions, status, working

LIMITS = {"exports": 3}
# Well above what it takes, well below the five seconds between two polls.
NOTIFY_SPEED_SECONDS = 1.0
DOING = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    async with open_sessions(database_url) as opened:
        yield opened


class Workshop:
    """Jobs that take a moment, and how many of them ran at a time."""

    def __init__(self, seconds: float = 0.05) -> None:
        self.seconds = seconds
        self.running = 0
        self.peak = 0
        self.ran: Counter[UUID] = Counter()

    async def __call__(self, job_id: UUID) -> None:
        self.ran[job_id] += 1
        self.running += 1
        self.peak = max(self.peak, self.running)
        await asyncio.sleep(self.seconds)
        self.running -= 1


async def test_two_processes_share_the_places(
    database_url: str, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    shop, seen = Workshop(), [0]

    async def watch() -> None:
        while True:
            seen.append(await bulk.fetchval(DOING))

    async with (
        open_queue(database_url, LIMITS) as first,
        open_queue(database_url, LIMITS) as second,
        working(first, shop, concurrency=LIMITS),
        working(second, shop, concurrency=LIMITS),
    ):
        await listens(bulk, queues=2)
        watching = asyncio.create_task(watch())
        jobs = [(await enqueue(first, sessions))[0] for _ in range(24)]

        async def all_ran() -> bool:
            return shop.ran.total() == len(jobs) and not await bulk.fetchval(DOING)

        await eventually(all_ran)
        watching.cancel()
        await asyncio.wait({watching})
    assert shop.ran == Counter(jobs)
    assert shop.peak == 3
    assert max(seen) <= 3


async def test_a_place_that_becomes_free_is_taken_by_another_process_at_once(
    database_url: str, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    limits = {"exports": 1}
    began: asyncio.Queue[str] = asyncio.Queue()
    let_end, leaving = asyncio.Event(), asyncio.Event()

    async def first_runs(_: UUID) -> None:
        began.put_nowait("first")
        await let_end.wait()

    async def second_runs(_: UUID) -> None:
        began.put_nowait("second")

    async with (
        open_queue(database_url, limits) as first,
        open_queue(database_url, limits) as second,
        working(first, first_runs, concurrency=limits, stop=leaving),
    ):
        await enqueue(first, sessions)
        assert await began.get() == "first"
        async with working(second, second_runs, concurrency=limits):
            await listens(bulk, queues=2)
            await enqueue(first, sessions)
            before = await bulk.fetchval(COMMITS)
            await asyncio.sleep(1)
            # Whoever finds all places taken waits to be told.
            assert await bulk.fetchval(COMMITS) - before < 30
            assert began.empty()
            leaving.set()
            let_end.set()
            async with asyncio.timeout(NOTIFY_SPEED_SECONDS):
                assert await began.get() == "second"


async def test_a_full_queue_leaves_the_places_of_others_alone(
    database_url: str, sessions: Sessions, bulk: asyncpg.Pool
) -> None:
    limits = {"exports": 1, "maintenance": 1}
    let_end, tidied = asyncio.Event(), asyncio.Event()

    async def wait(_: UUID) -> None:
        await let_end.wait()

    async with open_queue(database_url, limits) as queue:

        @queue.app.task(name="tidy", queue="maintenance")
        async def _tidy() -> None:
            tidied.set()

        async with working(queue, wait, concurrency=limits):
            await listens(bulk, queues=2)
            for _ in range(2):
                await enqueue(queue, sessions)
            await queue.app.configure_task("tidy").defer_async()
            async with asyncio.timeout(NOTIFY_SPEED_SECONDS):
                await tidied.wait()
            let_end.set()


@pytest.mark.parametrize("limits", [LIMITS, {}])
async def test_an_entry_that_was_taken_as_the_connection_was_lost_runs(
    database_url: str, sessions: Sessions, bulk: asyncpg.Pool, limits: dict[str, int]
) -> None:
    shop = Workshop()
    async with (
        gateway(database_url) as way,
        open_queue(way.url, limits) as queue,
        working(queue, shop, concurrency=LIMITS),
    ):
        await listens(bulk, queues=1)
        # Its first look has ended.
        await asyncio.sleep(0.3)
        way.break_after(b"procrastinate_fetch_job_v2")
        job_id, entry = await enqueue(queue, sessions)

        async def ran() -> bool:
            return await status(bulk, entry) == "succeeded"

        await eventually(ran)
        other, later = await enqueue(queue, sessions)

        async def ran_too() -> bool:
            return await status(bulk, later) == "succeeded"

        await eventually(ran_too)
    assert shop.ran == Counter([job_id, other])
