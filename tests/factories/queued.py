"""Queue, workers and the jobs that they work on, without what the jobs do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import asyncpg

from storyarn_export.db.session import Sessions, create_engine, create_sessions
from storyarn_export.queueing.queue import Queue
from storyarn_export.worker.supervisor import Supervisor
from storyarn_export.worker.tasks import register_tasks
from tests.factories.outages import eventually

APPLICATION = "tests-queue"
CONCURRENCY = {"exports": 3, "imports": 2, "maintenance": 1}
LISTENING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = $1 AND query LIKE 'LISTEN%'
"""


@asynccontextmanager
async def open_sessions(database_url: str) -> AsyncIterator[Sessions]:
    engine = create_engine(database_url, size=4, application_name="tests")
    yield create_sessions(engine)
    await engine.dispose()


@asynccontextmanager
async def open_queue(database_url: str, limits: Mapping[str, int] | None = None) -> AsyncIterator[Queue]:
    queue = Queue(
        database_url,
        pool_size=4,
        application_name=APPLICATION,
        limits=CONCURRENCY if limits is None else limits,
    )
    await queue.open()
    yield queue
    await queue.close()


async def enqueue(queue: Queue, sessions: Sessions, job_id: UUID | None = None) -> tuple[UUID, int]:
    """Enqueue an export and commit; its id, and that of the entry."""
    job_id = job_id or uuid4()
    async with sessions.begin() as session:
        return job_id, await queue.enqueue_export(session, job_id)


@asynccontextmanager
async def working(
    queue: Queue,
    run_export: Callable[[UUID], Awaitable[None]],
    *,
    concurrency: Mapping[str, int] | None = None,
    shutdown_seconds: float = 5,
    heartbeat_seconds: float = 10,
    stop: asyncio.Event | None = None,
) -> AsyncIterator[asyncio.Task[None]]:
    """A supervisor at work while the block lasts."""
    stop = stop or asyncio.Event()
    register_tasks(queue.app, run_export=run_export, run_import=run_export)
    supervisor = Supervisor(
        queue.app,
        concurrency=concurrency or CONCURRENCY,
        shutdown_seconds=shutdown_seconds,
        heartbeat_seconds=heartbeat_seconds,
        stalled_after_seconds=30,
    )
    task = asyncio.create_task(supervisor.run(stop))
    try:
        yield task
    finally:
        stop.set()
        await task


async def listens(bulk: asyncpg.Pool, *, queues: int = 3) -> None:
    """Wait until that many queues are listened to."""

    async def holds() -> bool:
        count: int = await bulk.fetchval(LISTENING, f"{APPLICATION}-listener")
        return count == queues

    await eventually(holds)


async def status(bulk: asyncpg.Pool, entry: int) -> str:
    found: str = await bulk.fetchval("SELECT status::text FROM procrastinate_jobs WHERE id = $1", entry)
    return found
