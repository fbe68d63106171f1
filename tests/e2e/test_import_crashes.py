"""Imports whose worker or connection is killed: all of it is there, or nothing."""

import asyncio
import gzip
import os
import random
import resource
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from storyarn_export.domain.imports import ConflictResolution
from tests.factories.bringing import long_tale
from tests.factories.contents import bundle, carried, png
from tests.factories.documents import document, encode, sheet
from tests.factories.importing_farm import ImportFarm, import_farm
from tests.factories.outages import eventually

pytestmark = pytest.mark.xdist_group("import-crashes")
ENTITIES = 3_000
SHEETS = 12_000
# More of them: STORYARN_TEST_KILLS=50 .venv/bin/pytest tests/e2e/test_import_crashes.py
KILLS = int(os.environ.get("STORYARN_TEST_KILLS", "3"))
SEED = 20261125
MOST_SECONDS = 3.0
# Too many bytes to be executed inside a request, packed or not.
PICTURES = 45


@pytest.fixture
async def farm(database_url: str, tmp_path: Path) -> AsyncIterator[ImportFarm]:
    async with import_farm(database_url, tmp_path, entities=ENTITIES) as made:
        yield made


async def clean(farm: ImportFarm, *, over: bool = True) -> None:
    # Whoever rescues an import that is over removes its file after having said so.
    async def is_clean() -> bool:
        return not await farm.left() and not (over and farm.sources())

    await eventually(is_clean, within_seconds=10)


@pytest.mark.timeout(120 + 60 * KILLS)
@pytest.mark.parametrize("what", ["worker", "connection"])
async def test_killed_at_any_moment_it_is_all_or_nothing(farm: ImportFarm, what: str) -> None:
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    content = long_tale(SHEETS)
    worker = farm.hire()
    ended = set()
    for number in range(KILLS):
        job_id = await farm.bring(content)
        before, sheets = await farm.state(), await farm.count()
        assert (await farm.until(job_id, "ready")).status == "ready"
        assert not await farm.execute(job_id, ConflictResolution.RENAME)
        await farm.until(job_id, "running", "completed")
        await asyncio.sleep(chance.uniform(0, MOST_SECONDS) * (number > 0))
        if what == "worker":
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        else:
            await farm.kill_connection()
        # As others see it, whatever has been rolled back or not: every row as before, or all that is to come.
        assert await farm.state() == before or await farm.count() == sheets + SHEETS
        if what == "worker":
            worker = farm.hire()
        job = await farm.until_idle(job_id)
        ended.add(job.status)
        if job.status == "completed":
            assert await farm.count() == sheets + SHEETS
            report: dict[str, Any] = job.report or {}
            assert report["created"]["block"] == SHEETS
            # The next one meets a project of the same size.
            await farm.remove_imported()
            assert await farm.state() == before
        else:
            assert (job.status, job.error_code) == ("failed", "worker-died"), job.error_message
            assert await farm.state() == before
        await clean(farm)
    assert "completed" in ended


async def test_an_import_that_kills_its_workers_is_given_up(farm: ImportFarm) -> None:
    before = await farm.state()
    worker = farm.hire()
    job_id = await farm.bring(long_tale(SHEETS))
    await farm.until(job_id, "ready")
    await farm.execute(job_id)
    for attempt in (1, 2):

        async def begun(attempt: int = attempt) -> bool:
            job = await farm.job(job_id)
            return (job.status, job.attempt) == ("running", attempt)

        await eventually(begun, within_seconds=60)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        worker = farm.hire()
    job = await farm.until_idle(job_id)
    assert (job.status, job.error_code, job.attempt) == ("failed", "worker-died", 2)
    assert await farm.state() == before
    await clean(farm)


async def test_a_file_whose_reader_dies_is_read_again(farm: ImportFarm) -> None:
    worker = farm.hire()
    job_id = await farm.bring(long_tale(SHEETS))

    async def reads() -> bool:
        return (await farm.job(job_id)).run_token is not None

    await eventually(reads, within_seconds=60)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    farm.hire()
    job = await farm.until_idle(job_id)
    assert (job.status, job.entities_total) == ("ready", 2 * SHEETS)


async def test_a_disk_without_room_for_the_rows_of_a_look_does_not_matter(farm: ImportFarm) -> None:
    worker = farm.hire()
    content = gzip.compress(long_tale(SHEETS))
    before = resource.prlimit(worker.pid, resource.RLIMIT_FSIZE)
    # The rows are some times as long.
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, (2 * len(content), before[1]))
    job_id = await farm.bring(content)
    await farm.until(job_id, "ready")
    assert [path.name for path in farm.sources()] == ["source"]
    resource.prlimit(worker.pid, resource.RLIMIT_FSIZE, before)
    sheets = await farm.count()
    await farm.execute(job_id, ConflictResolution.RENAME)
    assert (await farm.until_idle(job_id)).status == "completed"
    assert await farm.count() == sheets + SHEETS


async def test_cancelling_a_running_import_leaves_nothing(farm: ImportFarm) -> None:
    farm.hire()
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    before, sheets = await farm.state(), await farm.count()
    job_id = await farm.bring(long_tale(SHEETS))
    await farm.until(job_id, "ready")
    await farm.execute(job_id)
    await farm.until(job_id, "running")
    await asyncio.sleep(chance.uniform(0, 0.5))
    assert not await farm.services.imports.cancel(farm.project_id, job_id)
    await clean(farm)

    async def gone() -> bool:
        return not farm.sources()

    await eventually(gone, within_seconds=10)
    assert (await farm.job(job_id)).status == "cancelled"
    assert (await farm.state(), await farm.count()) == (before, sheets)


async def test_a_worker_that_is_told_to_stop_hands_its_import_over(farm: ImportFarm) -> None:
    worker = farm.hire()
    job_id = await farm.bring(long_tale(SHEETS))
    await farm.until(job_id, "ready")
    await farm.execute(job_id)
    await farm.until(job_id, "running")
    worker.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(worker.wait, 20) == 0
    farm.hire()
    job = await farm.until_idle(job_id)
    assert (job.status, job.attempt) == ("completed", 1), job.error_message


async def test_imports_into_one_project_queue_up_behind_each_other(farm: ImportFarm) -> None:
    sheets = await farm.count()
    farm.hire()
    first, second = [await farm.bring(long_tale(SHEETS)) for _ in range(2)]
    for job_id in (first, second):
        await farm.until(job_id, "ready")
        await farm.execute(job_id, ConflictResolution.SKIP)
    ended = {(await farm.until_idle(job_id)).status for job_id in (first, second)}
    # The one that came second finds that the project is not what its preview said.
    assert ended == {"completed", "ready"}
    assert await farm.count() == sheets + SHEETS
    await clean(farm, over=False)


async def test_a_project_that_stays_locked_is_waited_for_in_the_queue(farm: ImportFarm) -> None:
    farm.hire()
    job_id = await farm.bring(long_tale(SHEETS))
    await farm.until(job_id, "ready")
    async with farm.services.sessions.begin() as session:
        await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        await session.execute(
            text("SELECT FROM projects WHERE id = :id FOR NO KEY UPDATE"), {"id": farm.project_id}
        )
        await farm.execute(job_id)
        waiting = await farm.until(job_id, "retrying")
        assert waiting.attempt == 0
    assert (await farm.until_idle(job_id)).status == "completed"


@pytest.mark.timeout(120 + 60 * KILLS)
@pytest.mark.parametrize("mode", ["bundled", "embedded"])
async def test_bytes_of_assets_are_all_there_or_none(farm: ImportFarm, mode: str) -> None:
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    pictures = [png(400_000, number) for number in range(PICTURES)]
    made = document(sheets=[sheet(1, "Anna")], assets=carried(*pictures, mode=mode))
    content = bundle(made, *pictures) if mode == "bundled" else encode(made)
    worker = farm.hire()
    for _ in range(KILLS):
        before = set(await farm.contents())
        job_id = await farm.bring(content)
        assert (await farm.until(job_id, "ready")).status == "ready"
        assert not await farm.execute(job_id, ConflictResolution.OVERWRITE)
        await farm.until(job_id, "running", "completed")
        await asyncio.sleep(chance.uniform(0, MOST_SECONDS / 3))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        # Whatever has been stored, no asset has a part of it.
        assert len(set(await farm.contents()) - before) in {0, PICTURES}
        worker = farm.hire()
        assert (await farm.until_idle(job_id)).status == "completed"
        await clean(farm)
        await farm.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
        assert farm.stored_contents() == sorted(await farm.contents())
        async with farm.services.sessions.begin() as session:
            await session.execute(text("DELETE FROM assets WHERE content_key IS NOT NULL"))
