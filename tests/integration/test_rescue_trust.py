"""After an outage the living look dead for a moment; nobody is taken for dead then."""

import asyncio
from pathlib import Path
from uuid import UUID

import asyncpg
from sqlalchemy import select

from storyarn_export.bootstrap import open_services
from storyarn_export.domain.options import ExportOptions
from storyarn_export.settings import load_settings
from storyarn_export.worker.rescue import keep_rescuing
from tests.factories.outages import eventually, gateway
from tests.factories.rows import new_story

STALLED_AFTER_SECONDS = 2.0
# The least that settings allow.
LEAST_STALLED_AFTER_SECONDS = 1.0
BEAT = "UPDATE procrastinate_workers SET last_heartbeat = now()"
RUNS = """
WITH worker AS (INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id)
UPDATE procrastinate_jobs SET status = 'doing', worker_id = worker.id FROM worker
"""


class Worker:
    """Gives signs of life while it can reach the database."""

    def __init__(self, bulk: asyncpg.Pool) -> None:
        self._bulk = bulk
        self.reaches = asyncio.Event()
        self.reaches.set()

    async def live(self) -> None:
        while True:
            await self.reaches.wait()
            await self._bulk.execute(BEAT)
            await asyncio.sleep(0.1)


async def test_the_living_have_time_to_say_so(bulk: asyncpg.Pool, database_url: str, tmp_path: Path) -> None:
    story = await new_story(bulk)
    settings = load_settings(
        data_dir=tmp_path, heartbeat_seconds=0.5, stalled_after_seconds=STALLED_AFTER_SECONDS
    )
    worker, stop = Worker(bulk), asyncio.Event()
    async with (
        gateway(database_url) as way,
        open_services(settings, database_url=way.url, role="tests") as services,
    ):

        async def reach() -> None:
            async with services.sessions() as session:
                await session.execute(select(1))

        async with services.sessions.begin() as session:
            requested = await services.request_export(
                session,
                user_id=story.owner_id,
                project_id=story.project_id,
                format_name="storyarn",
                options=ExportOptions(),
                prefer_async=True,
            )
        job_id = UUID(str(requested.job.id))
        await bulk.execute(RUNS)

        async def entries() -> list[str]:
            found = await bulk.fetch("SELECT status::text FROM procrastinate_jobs ORDER BY id")
            return [row["status"] for row in found]

        living = asyncio.create_task(worker.live())
        looking = asyncio.create_task(
            keep_rescuing(
                services.rescue_exports,
                reach=reach,
                stalled_after_seconds=STALLED_AFTER_SECONDS,
                stop=stop,
            )
        )
        await asyncio.sleep(STALLED_AFTER_SECONDS * 1.5)
        way.close()
        worker.reaches.clear()
        await asyncio.sleep(STALLED_AFTER_SECONDS * 1.5)
        await way.open()
        # Whoever looks is back before the worker is.
        await asyncio.sleep(STALLED_AFTER_SECONDS / 2)
        assert await entries() == ["doing"]
        worker.reaches.set()
        await asyncio.sleep(STALLED_AFTER_SECONDS * 1.5)
        assert await entries() == ["doing"]
        # This time it is dead.
        living.cancel()

        async def rescued() -> bool:
            return await entries() == ["failed", "todo"]

        await eventually(rescued)
        assert await bulk.fetchval("SELECT status FROM export_jobs WHERE id = $1", job_id) == "pending"
        assert await bulk.fetchval("SELECT count(*) FROM procrastinate_workers") == 0
        stop.set()
        await looking


async def test_the_dead_are_found_at_the_shortest_silence_too() -> None:
    looked, stop = asyncio.Event(), asyncio.Event()

    async def reach() -> None:
        """Reach at once."""

    async def rescue() -> None:
        looked.set()

    looking = asyncio.create_task(
        keep_rescuing(rescue, reach=reach, stalled_after_seconds=LEAST_STALLED_AFTER_SECONDS, stop=stop)
    )
    async with asyncio.timeout(20 * LEAST_STALLED_AFTER_SECONDS):
        await looked.wait()
    stop.set()
    await looking
