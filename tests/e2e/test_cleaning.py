"""Worker processes clean up when it is time, once, and again when one of them was killed at it."""

import signal
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from tests.factories.outages import eventually
from tests.factories.program import Program

pytestmark = pytest.mark.xdist_group("crashes")
LONG_AGO = datetime.now(UTC) - timedelta(days=30)
ENTRIES = "SELECT array_agg(status::text ORDER BY id) FROM procrastinate_jobs WHERE task_name = 'clean_up'"
SUCCESS = "SELECT succeeded_at FROM chores WHERE name = 'cleanup'"
AGAIN_SECONDS = 60.0

Hire = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def hire(database_url: str, tmp_path: Path) -> Iterator[Hire]:
    program = Program(
        tmp_path,
        {
            "STORYARN_DATABASE_URL": database_url,
            "STORYARN_DATA_DIR": str(tmp_path / "data"),
            "STORYARN_HEARTBEAT_SECONDS": "0.5",
            "STORYARN_STALLED_AFTER_SECONDS": "2",
        },
    )
    hired: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        hired.append(program.work("worker", "--queues", "maintenance"))
        return hired[-1]

    yield start
    for worker in hired:
        worker.kill()
        worker.communicate()


async def entries(bulk: asyncpg.Pool) -> list[str]:
    return list(await bulk.fetchval(ENTRIES) or [])


async def missed(bulk: asyncpg.Pool) -> None:
    """The last clean-up was long ago."""
    await bulk.execute("INSERT INTO chores VALUES ('cleanup', $1)", LONG_AGO)


async def cleaned(bulk: asyncpg.Pool) -> bool:
    return bool(await bulk.fetchval(SUCCESS) > LONG_AGO) and "doing" not in await entries(bulk)


async def test_workers_that_come_after_a_long_time_clean_up_once(hire: Hire, bulk: asyncpg.Pool) -> None:
    await missed(bulk)
    for _ in range(2):
        hire()

    async def both_work() -> bool:
        return bool(await bulk.fetchval("SELECT count(*) = 2 FROM procrastinate_workers"))

    await eventually(both_work, within_seconds=30)
    await eventually(lambda: cleaned(bulk))
    assert await entries(bulk) == ["succeeded"]


async def test_a_worker_that_is_killed_as_it_cleans_up_is_replaced_by_another(
    hire: Hire, bulk: asyncpg.Pool
) -> None:
    await missed(bulk)
    async with bulk.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE import_jobs IN ACCESS EXCLUSIVE MODE")
        worker = hire()

        async def in_the_middle() -> bool:
            return await entries(bulk) == ["doing"]

        await eventually(in_the_middle, within_seconds=30)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    hire()
    await eventually(lambda: cleaned(bulk), within_seconds=AGAIN_SECONDS)
    assert await entries(bulk) == ["failed", "succeeded"]
