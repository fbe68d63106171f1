"""Cancelling and deleting exports."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text

from storyarn_export.queueing.queue import EXPORTS
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running

NATIVE = {"format": "storyarn"}


async def queued(ann: Member, project: str) -> str:
    asked = await ann.post(f"/api/projects/{project}/exports", NATIVE)
    assert asked.status_code == 202
    url: str = asked.headers["location"]
    return url


async def entries(service: Running, *, status: str) -> int:
    async with service.services.sessions() as session:
        query = text("SELECT count(*) FROM procrastinate_jobs WHERE status::text = :status")
        return int(await session.scalar(query, {"status": status}) or 0)


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def test_what_waits_is_over_at_once(ann: Member, projects: Projects, service: Running) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1001))
    cancelled = await ann.post(f"{url}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert cancelled.json()["completed_at"] is not None
    assert await entries(service, status="todo") == 0
    again = await ann.post(f"{url}/cancel")
    assert (again.status_code, again.json()) == (200, cancelled.json())
    download = await ann.get(f"{url}/download")
    assert download.status_code == 404
    async with ann.events(f"{url}/events") as events:
        assert [event.name for event in await events.all()] == ["cancelled"]


async def test_an_equal_export_can_be_asked_for_afterwards(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    url = await queued(ann, project)
    await ann.post(f"{url}/cancel")
    assert await queued(ann, project) != url


async def test_what_is_finished_stays(ann: Member, projects: Projects) -> None:
    made = await ann.post(f"/api/projects/{await projects.make(ann, sheets=1)}/exports", NATIVE)
    refused = await ann.post(f"{made.headers['location']}/cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "not-cancellable")
    assert (await ann.get(made.headers["location"])).json()["status"] == "completed"


async def test_what_runs_is_stopped(ann: Member, projects: Projects, service: Running) -> None:
    project = await projects.make(ann, sheets=200_000)
    url = await queued(ann, project)
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, [EXPORTS], stop=stop))
    async with ann.events(f"{url}/events") as events:
        while (event := await events.next()) is not None and event.data["status"] == "pending":
            pass
        cancelled = await ann.post(f"{url}/cancel")
        assert (cancelled.status_code, cancelled.json()["status"]) == (202, "cancelled")
        assert [event.name for event in await events.all()][-1] == "cancelled"
    async with asyncio.timeout(10):
        while await entries(service, status="doing"):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    assert await entries(service, status="aborted") == 1
    assert stored(service.services.settings.local_storage_dir) == []
    stop.set()
    await working


async def test_deleting_removes_job_and_file(ann: Member, projects: Projects, service: Running) -> None:
    project = await projects.make(ann, sheets=1)
    made = await ann.post(f"/api/projects/{project}/exports", NATIVE)
    assert len(stored(service.services.settings.local_storage_dir)) == 1
    deleted = await ann.client.delete(made.headers["location"])
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert stored(service.services.settings.local_storage_dir) == []
    assert (await ann.get(made.headers["location"])).status_code == 404
    assert (await ann.client.delete(made.headers["location"])).status_code == 404
    assert (await ann.get(f"/api/projects/{project}/exports")).json()["items"] == []


async def test_deleting_cancels_what_waits(ann: Member, projects: Projects, service: Running) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1001))
    async with ann.events(f"{url}/events") as events:
        assert (await events.next()) is not None
        assert (await ann.client.delete(url)).status_code == 204
        assert {event.name for event in await events.all()} <= {"cancelled"}
    assert await entries(service, status="todo") == 0


async def test_jobs_of_others_are_not_there(ann: Member, bob: Member, projects: Projects) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1001))
    own = await projects.make(bob)
    foreign = f"/api/projects/{own}/exports/{url.rsplit('/', 1)[1]}"
    for base in (url, foreign, f"/api/projects/{own}/exports/{uuid4()}", f"/api/projects/{own}/exports/x"):
        assert (await bob.post(f"{base}/cancel")).status_code == 404
        assert (await bob.client.delete(base)).status_code == 404
    assert (await ann.get(url)).json()["status"] == "pending"


def stored(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]
