"""Worker processes that are killed, frozen and told to stop; the jobs go on as if nothing had been."""

import asyncio
import hashlib
import itertools
import random
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from storyarn_export.domain.options import ExportOptions
from tests.factories.farm import END_SECONDS, Farm, normal, open_farm
from tests.factories.outages import eventually

pytestmark = pytest.mark.xdist_group("crashes")
KILLS = 5
SEED = 20261124
EXIT_SECONDS = 20.0
RUNNING = """
SELECT count(*) FILTER (WHERE status = 'processing') AS running,
    count(*) FILTER (WHERE status IN ('pending', 'processing')) AS left
FROM export_jobs
"""


@pytest.fixture
async def farm(database_url: str, tmp_path: Path) -> AsyncIterator[Farm]:
    async with open_farm(database_url, tmp_path) as made:
        yield made


def different_options() -> Iterator[ExportOptions]:
    """Options of which no two are equal, as equal requests share one job."""
    flags = (False, True)
    for pretty, validate, sheets, scenes, screenplays in itertools.product(flags, repeat=5):
        yield ExportOptions(
            pretty_print=pretty,
            validate_before_export=validate,
            include_sheets=sheets,
            include_scenes=scenes,
            include_screenplays=screenplays,
        )


async def test_workers_killed_at_any_moment_change_nothing(farm: Farm) -> None:
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    worker = farm.hire()
    undisturbed = await farm.until(await farm.ask(), "completed")
    expected = normal(farm.content(undisturbed))
    keys = [undisturbed.file_key]
    resumed = 0
    for number in range(KILLS):
        job_id = await farm.ask()
        await farm.until(job_id, "processing")
        if number % 2:
            await farm.until_checkpoint(job_id)
        else:
            await asyncio.sleep(chance.uniform(0, 0.5))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        at_kill = await farm.job(job_id)
        worker = farm.hire()
        job = await farm.until(job_id, "completed", "failed")
        content = farm.content(job)
        assert normal(content) == expected
        assert (job.file_size, job.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        had_checkpoint = at_kill.status == "processing" and "upload" in (at_kill.checkpoint or {})
        assert job.resumed == had_checkpoint
        resumed += job.resumed
        keys.append(job.file_key)
    assert farm.files() == sorted(str(key) for key in keys)
    assert resumed


async def test_a_job_that_kills_its_workers_is_given_up(farm: Farm) -> None:
    job_id = await farm.ask()
    for attempt in (1, 2):
        worker = farm.hire()

        async def begun(attempt: int = attempt) -> bool:
            job = await farm.job(job_id)
            return (job.status, job.attempt) == ("processing", attempt)

        await eventually(begun, within_seconds=END_SECONDS)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    farm.hire()
    other = await farm.ask(ExportOptions(pretty_print=True))
    job = await farm.until(job_id, "failed", "completed")
    assert (job.status, job.error_code, job.attempt) == ("failed", "worker-died", 2)
    done = await farm.until(other, "completed")
    assert farm.files() == [done.file_key]


async def test_a_frozen_worker_does_not_disturb_its_successor(farm: Farm) -> None:
    zombie = farm.hire()
    job_id = await farm.ask()
    await farm.until(job_id, "processing")
    await asyncio.sleep(0.3)
    zombie.send_signal(signal.SIGSTOP)
    farm.hire()
    job = await farm.until(job_id, "completed", "failed")
    before = farm.content(job)
    zombie.send_signal(signal.SIGCONT)
    second = await farm.until(await farm.ask(), "completed")
    assert farm.content(job) == before
    assert normal(before) == normal(farm.content(second))

    async def clean() -> bool:
        return farm.files() == sorted([str(job.file_key), str(second.file_key)]) and not await farm.doing()

    await eventually(clean)


async def test_a_worker_that_is_told_to_stop_hands_its_jobs_over(farm: Farm) -> None:
    leaving = farm.hire()
    options = (
        ExportOptions(),
        ExportOptions(pretty_print=True),
        ExportOptions(include_localization=False),
    )
    jobs = [await farm.ask(one) for one in options]
    await asyncio.gather(*(farm.until(job_id, "processing", "completed") for job_id in jobs))
    leaving.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(leaving.wait, EXIT_SECONDS) == 0
    farm.hire()
    for job_id in jobs:
        job = await farm.until(job_id, "completed", "failed")
        assert (job.status, job.attempt) == ("completed", 1), job.error_message
    assert len(farm.files()) == len(jobs)

    async def idle() -> bool:
        # A job's row says that it is completed a moment before its queue entry ends.
        return await farm.doing() == 0

    await eventually(idle)


async def test_a_worker_that_drains_for_long_is_not_taken_for_dead(farm: Farm) -> None:
    job_id = await farm.ask()
    # Its run waits in the middle, for longer than silence is put up with.
    async with farm.services.bulk.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE assets IN ACCESS EXCLUSIVE MODE")
        leaving = farm.hire({"STORYARN_SHUTDOWN_SECONDS": "6"})
        await farm.until(job_id, "processing")
        leaving.send_signal(signal.SIGTERM)
        farm.hire()
        await asyncio.sleep(4)
        assert leaving.poll() is None
        now = await farm.job(job_id)
        assert (now.status, now.attempt) == ("processing", 1)
    job = await farm.until(job_id, "completed", "failed")
    assert (job.status, job.attempt) == ("completed", 1)
    assert await asyncio.to_thread(leaving.wait, EXIT_SECONDS) == 0
    assert farm.files() == [job.file_key]


async def test_all_workers_together_keep_to_the_limit(farm: Farm) -> None:
    for _ in range(2):
        farm.hire()
    jobs = [await farm.ask(one) for one in itertools.islice(different_options(), 20)]
    assert len(set(jobs)) == len(jobs) == 20
    peak = 0

    async def all_over() -> bool:
        nonlocal peak
        async with farm.services.sessions() as session:
            running, left = (await session.execute(text(RUNNING))).one()
        peak = max(peak, running, await farm.doing())
        return bool(left == 0)

    await eventually(all_over, within_seconds=120)
    assert peak == 3
    for job_id in jobs:
        job = await farm.job(job_id)
        assert (job.status, job.attempt) == ("completed", 1), job.error_message
    assert len(farm.files()) == len(jobs)


async def test_cancelling_a_running_export_leaves_nothing(farm: Farm) -> None:
    farm.hire()
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    for _ in range(KILLS):
        job_id = await farm.ask()
        await farm.until(job_id, "processing")
        await asyncio.sleep(chance.uniform(0, 0.4))
        if (await farm.job(job_id)).status != "processing":
            continue
        await farm.services.cancel_export(farm.project_id, job_id)

        async def gone(job_id: UUID = job_id) -> bool:
            return not any(str(job_id) in path for path in farm.files()) and not await farm.doing()

        await eventually(gone, within_seconds=5)
        job = await farm.job(job_id)
        assert (job.status, job.file_key, job.checkpoint) == ("cancelled", None, None)
    job = await farm.until(await farm.ask(), "completed")
    assert str(job.file_key) in farm.files()
