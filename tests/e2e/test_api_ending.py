"""Exports end when people want it, whatever they are doing at that moment, and everyone hears of it."""

import asyncio
import random
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from storyarn_export.queueing.queue import EXPORTS
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.outages import eventually

NATIVE = {"format": "storyarn"}
QUEUED = {"Prefer": "respond-async"}
MOMENTS = 20
SEED = 20261124
LARGE = 60_000
SMALL_CHECKPOINTS = {"checkpoint_bytes": 64 * 1024}
BUSY = """
SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')
"""
HOLD = "SELECT id FROM export_jobs WHERE status = 'processing' FOR UPDATE"
WAITS_FOR_LOCK = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@pytest.fixture
async def worker(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, [EXPORTS], stop=stop))
    yield
    stop.set()
    await working


async def count(service: Running, query: str) -> int:
    async with service.services.sessions() as session:
        return int(await session.scalar(text(query)) or 0)


async def ask(member: Member, project: str, **options: Any) -> str:
    asked = await member.post(
        f"/api/projects/{project}/exports", {**NATIVE, "options": options}, headers=QUEUED
    )
    assert asked.status_code == 202
    url: str = asked.headers["location"]
    return url


async def until_processing(member: Member, url: str) -> None:
    async def runs() -> bool:
        return bool((await member.get(url)).json()["status"] == "processing")

    await eventually(runs)


async def at_rest(service: Running) -> None:
    async def rests() -> bool:
        return await count(service, BUSY) == 0

    await eventually(rests)


def stored(service: Running) -> list[Path]:
    root = service.services.settings.local_storage_dir
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("own_service", [SMALL_CHECKPOINTS], indirect=True)
async def test_at_any_moment_it_is_cancelled_or_completed(
    ann: Member, projects: Projects, service: Running
) -> None:
    project = await projects.make(ann, sheets=LARGE)
    chance = random.Random(SEED)  # noqa: S311 - repeatable, not secret
    began = time.monotonic()
    whole = await ask(ann, project)
    await at_rest(service)
    lasts = time.monotonic() - began
    kept = [(await ann.get(whole)).json()]
    ends = []
    for _ in range(MOMENTS):
        url = await ask(ann, project)
        await asyncio.sleep(chance.uniform(0, 1.1 * lasts))
        told = time.monotonic()
        answers = await asyncio.gather(*(ann.post(f"{url}/cancel") for _ in range(2)))
        await at_rest(service)
        ends.append(time.monotonic() - told)
        job = (await ann.get(url)).json()
        codes = {answer.status_code for answer in answers}
        if job["status"] == "completed":
            assert codes == {409}
            kept.append(job)
        else:
            assert (job["status"], codes <= {200, 202}) == ("cancelled", True)
            assert {answer.json()["status"] for answer in answers} == {"cancelled"}
            assert (job["download_url"], job["error"]) == (None, None)
    assert len(kept) <= MOMENTS
    # How fast it is belongs to the benchmarks; that it never hangs belongs here.
    assert max(ends) < 10
    assert len(stored(service)) == len(kept)
    for job in kept:
        assert len((await ann.get(job["download_url"])).content) == job["file_size"]
    by_status = "SELECT sum(value) FROM tallies WHERE name = 'export_finished' AND labels LIKE '%cancelled%'"
    cancels = "SELECT value FROM tallies WHERE name = 'export_cancels'"
    cancelled = MOMENTS + 1 - len(kept)
    assert (await count(service, by_status), await count(service, cancels)) == (cancelled, cancelled)


@pytest.mark.parametrize("own_service", [SMALL_CHECKPOINTS], indirect=True)
async def test_what_was_handed_back_leaves_nothing(ann: Member, projects: Projects, service: Running) -> None:
    url = await ask(ann, await projects.make(ann, sheets=LARGE))
    running = asyncio.create_task(service.services.run_export(UUID(url.rpartition("/")[2])))

    async def has_bytes() -> bool:
        return any(path.stat().st_size for path in stored(service))

    await eventually(has_bytes)
    running.cancel()
    await asyncio.wait({running})
    assert ((await ann.get(url)).json()["status"], len(stored(service))) == ("pending", 1)
    assert (await ann.post(f"{url}/cancel")).status_code == 200
    assert stored(service) == []


@pytest.mark.parametrize("ends", ["cancel", "delete"])
@pytest.mark.parametrize("own_service", [{"sync_threshold": 100_000}], indirect=True)
async def test_one_that_runs_inside_a_request(
    ann: Member, projects: Projects, service: Running, database_url: str, ends: str
) -> None:
    project = await projects.make(ann, sheets=LARGE)
    url = f"/api/projects/{project}/exports"
    asking = asyncio.create_task(ann.post(url, NATIVE))
    async with await psycopg.AsyncConnection.connect(database_url) as holding:
        # The run stops at its next write, so that it cannot be over before it is ended.
        while (found := await (await holding.execute(HOLD)).fetchone()) is None:
            await holding.rollback()
        job_id = str(found[0])
        ending = asyncio.create_task(
            ann.post(f"{url}/{job_id}/cancel") if ends == "cancel" else ann.client.delete(f"{url}/{job_id}")
        )

        async def both_wait() -> bool:
            return await count(service, WAITS_FOR_LOCK) == 2

        await eventually(both_wait)
    ended = await ending
    assert ended.status_code == (202 if ends == "cancel" else 204)
    problem = assert_problem(await asking, 409, "export-cancelled")
    assert problem["job_id"] == job_id
    assert stored(service) == []


@pytest.mark.usefixtures("worker")
async def test_deleting_one_that_runs_leaves_nothing(
    ann: Member, projects: Projects, service: Running
) -> None:
    url = await ask(ann, await projects.make(ann, sheets=LARGE))
    await until_processing(ann, url)
    assert (await ann.client.delete(url)).status_code == 204
    assert_problem(await ann.get(url), 404, "not-found")
    await at_rest(service)
    assert stored(service) == []
    assert await count(service, "SELECT count(*) FROM export_jobs") == 0


async def test_who_follows_a_deleted_export_hears_that_it_is_cancelled(
    ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=1001)
    url = await ask(ann, project)
    async with ann.events(f"{url}/events") as one, ann.events("/api/exports/events") as wide:
        for events in (one, wide):
            first = await events.next()
            assert first is not None
            assert first.data["status"] == "pending"
        assert (await ann.client.delete(url)).status_code == 204
        last = await one.next()
        assert last is not None
        assert (last.name, last.data["status"]) == ("cancelled", "cancelled")
        assert last.data["completed_at"].endswith("Z")
        assert await one.next() is None
        told = await wide.next()
        assert told is not None
        assert (told.name, told.data["job_id"]) == ("cancelled", last.data["job_id"])
        # Nothing more of it: the next event is another export's.
        after = await ask(ann, project)
        other = await wide.next()
        assert other is not None
        assert other.data["job_id"] == after.rpartition("/")[2]


async def test_a_row_that_vanishes_unsaid_ends_its_streams(
    ann: Member, projects: Projects, service: Running
) -> None:
    url = await ask(ann, await projects.make(ann, sheets=1001))
    async with ann.events(f"{url}/events") as one, ann.events("/api/exports/events") as wide:
        assert await one.next()
        assert await wide.next()
        async with service.services.sessions.begin() as session:
            await session.execute(text("DELETE FROM export_jobs"))
        for events in (one, wide):
            last = await events.next()
            assert last is not None
            assert last.name == "cancelled"


async def test_viewers_end_their_own_exports_alone(ann: Member, bob: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    await projects.admit(bob, project, "viewer")
    hers, his, other = (
        await ask(ann, project),
        await ask(bob, project),
        await ask(bob, project, pretty_print=True),
    )
    assert_problem(await bob.post(f"{hers}/cancel"), 403, "forbidden")
    assert_problem(await bob.client.delete(hers), 403, "forbidden")
    assert (await ann.get(hers)).json()["status"] == "pending"
    assert (await bob.post(f"{his}/cancel")).status_code == 200
    assert (await bob.client.delete(his)).status_code == 204
    # Who may change the project may end anyone's.
    assert (await ann.post(f"{other}/cancel")).status_code == 200
    assert (await ann.client.delete(other)).status_code == 204


async def test_rows_locked_the_other_way_round_do_not_matter(
    ann: Member, projects: Projects, service: Running, database_url: str
) -> None:
    url = await ask(ann, await projects.make(ann, sheets=1001))
    async with await psycopg.AsyncConnection.connect(database_url) as rescuing:
        await rescuing.execute("SELECT id FROM procrastinate_jobs FOR UPDATE")
        cancelling = asyncio.create_task(ann.post(f"{url}/cancel"))

        async def waits() -> bool:
            return await count(service, WAITS_FOR_LOCK) == 1

        await eventually(waits)
        # PostgreSQL ends the one that has waited longer.
        await rescuing.execute("SELECT id FROM export_jobs FOR UPDATE")
        await rescuing.rollback()
    cancelled = await cancelling
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
