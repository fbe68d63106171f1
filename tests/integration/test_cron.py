"""A clean-up begins when it is time for one, is caught up with when it was missed, and tried again when it failed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.domain.cron import Cron
from storyarn_export.settings import SettingsError, load_settings

MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ENTRIES = "SELECT array_agg(status::text ORDER BY id) FROM procrastinate_jobs WHERE task_name = 'clean_up'"


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    async with open_services(
        load_settings(data_dir=tmp_path), database_url=database_url, role="tests"
    ) as opened:
        yield opened


async def entries(bulk: asyncpg.Pool) -> list[str]:
    return list(await bulk.fetchval(ENTRIES) or [])


async def succeeded(bulk: asyncpg.Pool, moment: datetime) -> None:
    await bulk.execute("DELETE FROM chores")
    await bulk.execute("INSERT INTO chores VALUES ('cleanup', $1)", moment)


async def take(bulk: asyncpg.Pool, *, heartbeat: datetime | None = None) -> None:
    """Have a worker run what waits; one that is silent if it is given a heartbeat of long ago."""
    worker = await bulk.fetchval(
        "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (coalesce($1, now())) RETURNING id",
        heartbeat,
    )
    await bulk.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = $1", worker)


@pytest.mark.parametrize(
    ("expression", "last", "following"),
    [
        ("0 */6 * * *", datetime(2026, 11, 25, 6, tzinfo=UTC), datetime(2026, 11, 25, 12, tzinfo=UTC)),
        ("30 4 * * 1", datetime(2026, 11, 23, 4, 30, tzinfo=UTC), datetime(2026, 11, 30, 4, 30, tzinfo=UTC)),
        ("* * * * *", MORNING - timedelta(minutes=1), MORNING + timedelta(minutes=1)),
    ],
)
def test_moments_of_a_cron_expression(expression: str, last: datetime, following: datetime) -> None:
    cron = Cron(expression)
    assert (cron.last(MORNING), cron.next(MORNING)) == (last, following)


@pytest.mark.parametrize("expression", ["", "often", "0 */6 * *", "0 0 0 * * *", "61 * * * *", "0 25 * * *"])
def test_what_is_no_cron_expression_is_one_line(expression: str) -> None:
    with pytest.raises(SettingsError, match=r"^STORYARN_CLEANUP_CRON held '.*five fields.*$"):
        load_settings(cleanup_cron=expression)


def test_a_worker_must_not_be_taken_for_dead_between_two_heartbeats() -> None:
    with pytest.raises(SettingsError, match=r"STORYARN_STALLED_AFTER_SECONDS held 3.*at least 2 times"):
        load_settings(heartbeat_seconds=2, stalled_after_seconds=3)
    with pytest.raises(SettingsError, match="STORYARN_STALLED_AFTER_SECONDS"):
        load_settings(heartbeat_seconds=20)


@pytest.mark.parametrize(
    ("since", "due"),
    [
        (None, True),
        (timedelta(minutes=1), False),
        (HOUR - timedelta(seconds=1), False),
        (HOUR + timedelta(seconds=1), True),
        (timedelta(days=30), True),
    ],
)
async def test_it_is_due_when_none_has_succeeded_since_the_last_moment(
    services: Services, bulk: asyncpg.Pool, since: timedelta | None, due: bool
) -> None:
    if since is not None:
        await succeeded(bulk, MORNING - since)
    assert await services.queue_clean_up(MORNING) == due
    assert await entries(bulk) == ["todo"] * due


async def test_however_many_look_one_is_queued(services: Services, bulk: asyncpg.Pool) -> None:
    looks = await asyncio.gather(*(services.queue_clean_up(MORNING) for _ in range(6)))
    assert looks.count(True) == 1
    assert not await services.queue_clean_up(MORNING)
    await take(bulk)
    assert not await services.queue_clean_up(MORNING + 24 * HOUR)
    assert await entries(bulk) == ["doing"]


async def test_one_whose_worker_was_killed_is_made_again_after_a_while(
    services: Services, bulk: asyncpg.Pool
) -> None:
    await services.queue_clean_up(MORNING)
    await take(bulk, heartbeat=datetime.now(UTC) - HOUR)
    await services.rescue_exports()
    assert await entries(bulk) == ["failed"]
    now = datetime.now(UTC)
    assert not await services.queue_clean_up(now)
    assert await services.queue_clean_up(now + timedelta(seconds=30))
    assert await entries(bulk) == ["failed", "todo"]


async def test_each_failure_makes_the_wait_longer_up_to_an_hour(
    services: Services, bulk: asyncpg.Pool
) -> None:
    for _ in range(20):
        entry = await bulk.fetchval(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('maintenance', 'clean_up', 'doing')"
            " RETURNING id"
        )
        await bulk.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = $1", entry)
    now = datetime.now(UTC)
    assert not await services.queue_clean_up(now + timedelta(minutes=25))
    assert await services.queue_clean_up(now + timedelta(minutes=61))
    await bulk.execute("DELETE FROM procrastinate_jobs WHERE status = 'todo'")
    # A success in between makes them count no more.
    await succeeded(bulk, now + timedelta(seconds=1))
    assert await services.queue_clean_up(now + 7 * HOUR)
