"""Worker processes that die, freeze or are told to stop while they verify: the result comes all the same, once."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from storyarn_export.verification.state import Verification
from tests.factories.farm import END_SECONDS, Farm, open_farm
from tests.factories.outages import cut, eventually

pytestmark = pytest.mark.xdist_group("crashes")
ENTITIES = 20_000
EXIT_SECONDS = 20.0
QUEUE = "maintenance"
# Transactions that have loaded something which nobody else sees.
LOADING = text("""
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'storyarn-worker-bulk' AND backend_xid IS NOT NULL
""")
VISIBLE = text("SELECT (SELECT count(*) FROM projects), (SELECT count(*) FROM workspaces)")


@pytest.fixture
async def farm(database_url: str, tmp_path: Path) -> AsyncIterator[Farm]:
    async with open_farm(database_url, tmp_path, entities=ENTITIES) as made:
        yield made


async def exported(farm: Farm) -> UUID:
    """A finished export of whose verification nobody has asked yet."""
    exporter = farm.hire()
    job_id = await farm.ask()
    await farm.until(job_id, "completed")
    exporter.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(exporter.wait, EXIT_SECONDS) == 0
    return job_id


async def ask(farm: Farm, job_id: UUID) -> None:
    asked = await farm.services.verifications.request(await farm.job(job_id), prefer_async=False)
    assert not asked.inline


async def state(farm: Farm, job_id: UUID) -> Verification:
    found = Verification.of((await farm.job(job_id)).verification)
    assert found is not None
    return found


async def until(farm: Farm, job_id: UUID, *statuses: str, attempt: int | None = None) -> Verification:
    async def there() -> bool:
        now = await state(farm, job_id)
        return now.status in statuses and attempt in {None, now.attempt}

    await eventually(there, within_seconds=END_SECONDS)
    return await state(farm, job_id)


async def until_loading(farm: Farm) -> None:
    """Wait until a worker has written something."""

    async def loads() -> bool:
        async with farm.services.sessions() as session:
            return bool(await session.scalar(LOADING))

    await eventually(loads, within_seconds=END_SECONDS)


async def visible(farm: Farm) -> tuple[int, ...]:
    async with farm.services.sessions() as session:
        return tuple((await session.execute(VISIBLE)).one())


async def test_a_result_comes_although_the_worker_was_killed(farm: Farm) -> None:
    job_id = await exported(farm)
    before = await visible(farm)
    await ask(farm, job_id)
    worker = farm.hire(queues=QUEUE)
    await until(farm, job_id, "running")
    await until_loading(farm)
    assert await visible(farm) == before
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    farm.hire(queues=QUEUE)
    done = await until(farm, job_id, "equal", "different", "failed")
    assert (done.status, done.attempt, done.difference_count) == ("equal", 2, 0)
    assert done.entities == (await farm.job(job_id)).entities_total
    assert await visible(farm) == before


async def test_one_that_kills_its_workers_is_given_up(farm: Farm) -> None:
    job_id = await exported(farm)
    await ask(farm, job_id)
    for attempt in (1, 2):
        worker = farm.hire(queues=QUEUE)
        await until(farm, job_id, "running", attempt=attempt)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    farm.hire(queues=QUEUE)
    done = await until(farm, job_id, "equal", "different", "failed")
    assert (done.status, (done.error or {})["code"]) == ("failed", "worker-died")
    # It may be asked for again.
    await ask(farm, job_id)
    assert (await until(farm, job_id, "equal", "failed")).status == "equal"


async def test_a_frozen_worker_does_not_disturb_its_successor(farm: Farm) -> None:
    job_id = await exported(farm)
    await ask(farm, job_id)
    zombie = farm.hire(queues=QUEUE)
    await until(farm, job_id, "running")
    await until_loading(farm)
    zombie.send_signal(signal.SIGSTOP)
    farm.hire(queues=QUEUE)
    first = await until(farm, job_id, "equal", "different", "failed")
    zombie.send_signal(signal.SIGCONT)

    async def idle() -> bool:
        return not await farm.doing()

    await eventually(idle, within_seconds=END_SECONDS)
    assert (first.status, first.attempt) == ("equal", 2)
    assert await state(farm, job_id) == first


async def test_a_worker_that_is_told_to_stop_hands_it_over(farm: Farm) -> None:
    job_id = await exported(farm)
    before = await visible(farm)
    await ask(farm, job_id)
    leaving = farm.hire(queues=QUEUE)
    await until(farm, job_id, "running")
    await until_loading(farm)
    leaving.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(leaving.wait, EXIT_SECONDS) == 0
    assert (await state(farm, job_id)).status in {"pending", "equal"}
    farm.hire(queues=QUEUE)
    done = await until(farm, job_id, "equal", "different", "failed")
    assert (done.status, done.attempt) == ("equal", 1)
    assert await visible(farm) == before


async def test_a_lost_connection_is_no_result(farm: Farm) -> None:
    job_id = await exported(farm)
    await ask(farm, job_id)
    farm.hire(queues=QUEUE)
    await until(farm, job_id, "running")
    await until_loading(farm)
    assert await cut(farm.services.bulk, "storyarn-worker-bulk")
    done = await until(farm, job_id, "equal", "different", "failed")
    assert (done.status, done.attempt, done.retries) == ("equal", 1, 1)


async def test_deleting_the_export_stops_its_worker(farm: Farm) -> None:
    job_id = await exported(farm)
    await ask(farm, job_id)
    farm.hire(queues=QUEUE)
    await until(farm, job_id, "running")
    await until_loading(farm)
    await farm.services.cancel_export.remove(farm.project_id, job_id)

    async def idle() -> bool:
        return not await farm.doing()

    await eventually(idle, within_seconds=END_SECONDS)
    assert farm.files() == []
