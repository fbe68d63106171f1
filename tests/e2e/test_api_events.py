import asyncio
from urllib.parse import urlsplit
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import func, update

from storyarn_export.db.models import ExportJob
from storyarn_export.progress.publisher import JobChange, announce
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.events import Event, EventReader

NATIVE = {"format": "storyarn"}
LARGE = 40_000
OFTEN = pytest.mark.parametrize("own_service", [{"sse_keepalive_seconds": 1}], indirect=True)


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def queued(member: Member, project: str) -> str:
    """The URL of a new job in the queue."""
    made = await member.post(f"/api/projects/{project}/exports", NATIVE, headers={"Prefer": "respond-async"})
    assert made.status_code == 202
    return str(made.headers["location"])


async def run(service: Running, url: str) -> None:
    await service.services.run_export(UUID(url.rpartition("/")[2]))


def assert_rising(events: list[Event]) -> None:
    progress = [event.data["progress"] for event in events]
    ids = [int(event.id) for event in events]
    assert progress == sorted(progress)
    assert ids == sorted(set(ids))


async def test_progress_rises_to_the_end(service: Running, ann: Member, projects: Projects) -> None:
    url = await queued(ann, await projects.make(ann, sheets=LARGE))
    async with ann.events(f"{url}/events") as reader:
        first = await reader.next()
        assert first is not None
        assert (first.name, first.data["status"], first.data["progress"]) == ("progress", "pending", 0)
        running = asyncio.create_task(run(service, url))
        events = [first, *await reader.all()]
        await running
    assert_rising(events)
    assert len(events) > 4
    assert {event.name for event in events[:-1]} == {"progress"}
    assert all(event.data["progress"] < 100 for event in events[:-1])
    last = events[-1]
    assert (last.name, last.data["status"], last.data["progress"]) == ("completed", "completed", 100)
    assert last.data == (await ann.get(url)).json()


async def test_who_comes_late_gets_the_present_state(
    service: Running, ann: Member, projects: Projects
) -> None:
    url = await queued(ann, await projects.make(ann, sheets=LARGE))
    running = asyncio.create_task(run(service, url))
    async with ann.events(f"{url}/events") as early:
        while (event := await early.next()) and event.data["progress"] == 0:
            pass
        async with ann.events(f"{url}/events") as late:
            events = await late.all()
    await running
    assert events[0].data["progress"] > 0
    assert events[-1].name == "completed"
    assert_rising(events)


async def test_a_finished_job_sends_its_end_and_ends(
    service: Running, ann: Member, projects: Projects
) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1))
    await run(service, url)
    async with ann.events(f"{url}/events") as reader:
        (end,) = await reader.all()
    assert (end.name, end.data["progress"]) == ("completed", 100)
    async with ann.events(f"{url}/events", last_event_id=end.id) as reader:
        assert await reader.all() == []
    # An id from the future, or none at all, must not hide the end.
    for odd in ("999999", "x"):
        async with ann.events(f"{url}/events", last_event_id=odd) as reader:
            assert [event.name for event in await reader.all()] == ["completed"]


async def test_with_an_id_only_what_is_newer_is_sent(
    service: Running, ann: Member, projects: Projects
) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1))
    async with ann.events(f"{url}/events") as reader:
        first = await reader.next()
    assert first is not None
    async with ann.events(f"{url}/events", last_event_id=first.id) as reader:
        await run(service, url)
        events = await reader.all()
    assert all(int(event.id) > int(first.id) for event in events)
    assert events[-1].name == "completed"


async def change(service: Running, url: str, *, tell: bool, **values: object) -> None:
    """Write a row as a worker would; with or without telling."""
    async with service.services.sessions.begin() as session:
        job = await session.get_one(ExportJob, UUID(url.rpartition("/")[2]))
        await session.execute(
            update(ExportJob)
            .where(ExportJob.id == job.id)
            .values(seq=ExportJob.seq + 1, updated_at=func.clock_timestamp(), **values)
        )
        if tell:
            await announce(session, JobChange("export", job.id, job.seq + 1, job.user_id))


async def test_starting_over_is_said_once(service: Running, ann: Member, projects: Projects) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1))
    token = UUID(int=1)
    await change(service, url, tell=True, status="processing", run_token=token, progress=40)
    async with ann.events(f"{url}/events") as one_job, ann.events("/api/exports/events") as all_jobs:
        readers = (one_job, all_jobs)
        seen = [[await reader.next() for reader in readers]]
        for progress in (10, 20):
            await change(service, url, tell=True, progress=progress)
            seen.append([await reader.next() for reader in readers])
    for events in zip(*seen, strict=True):
        assert [event and event.data.get("restarted") for event in events] == [None, True, None]


@pytest.mark.parametrize("own_service", [{"checkpoint_bytes": 64 * 1024}], indirect=True)
async def test_a_project_that_changes_between_two_runs_sets_progress_back_once(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=LARGE)
    url = await queued(ann, project)
    async with ann.events(f"{url}/events") as one_job, ann.events("/api/exports/events") as all_jobs:
        running = asyncio.create_task(run(service, url))
        while (event := await one_job.next()) and event.data["progress"] < 30:
            pass
        running.cancel()
        await asyncio.wait({running})
        async with service.services.bulk.acquire() as connection:
            await connection.execute(
                "UPDATE sheets SET name = name || '!' WHERE project_id = $1", int(project)
            )
        await run(service, url)
        for events in (await one_job.all(), await until_the_end(all_jobs)):
            (at,) = [number for number, one in enumerate(events) if one.data.get("restarted")]
            assert_rising(events[:at])
            assert_rising(events[at:])
            assert events[-1].name == "completed"
            assert not events[-1].data["resumed"]


async def until_the_end(reader: EventReader) -> list[Event]:
    """Events of a stream that has no end, up to that of the only job."""
    events = []
    while event := await reader.next():
        events.append(event)
        if event.name == "completed":
            break
    return events


@pytest.mark.parametrize(("status", "code"), [("failed", "run-failed"), ("cancelled", None)])
async def test_every_end_has_its_event(
    service: Running, ann: Member, projects: Projects, status: str, code: str | None
) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1))
    async with ann.events(f"{url}/events") as reader:
        await reader.next()
        await change(service, url, tell=True, status=status, error_code=code)
        (end,) = await reader.all()
    assert end.name == status


@OFTEN
async def test_an_end_that_nobody_told_of_is_found(service: Running, ann: Member, projects: Projects) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1))
    async with ann.events(f"{url}/events") as reader, ann.events("/api/exports/events") as wide:
        await reader.next()
        await wide.next()
        await change(service, url, tell=False, status="cancelled")
        (end,) = await reader.all()
        seen = await wide.next()
    assert end.name == "cancelled"
    assert seen is not None
    assert seen.name == "cancelled"


async def test_lost_connections_lose_no_end(
    server_url: str, database_url: str, service: Running, ann: Member, projects: Projects
) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1))
    name = urlsplit(database_url).path.removeprefix("/")
    async with ann.events(f"{url}/events") as reader, ann.events("/api/exports/events") as wide:
        await reader.next()
        await wide.next()
        server = await asyncpg.connect(server_url)
        await server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name
        )
        await server.close()
        await run(service, url)
        assert (await reader.all())[-1].name == "completed"
        await until_completed(wide, {url})


async def test_many_followers_of_one_job_all_see_its_end(
    service: Running, ann: Member, projects: Projects
) -> None:
    url = await queued(ann, await projects.make(ann, sheets=5000))

    async def follow(opened: asyncio.Event) -> list[Event]:
        async with ann.events(f"{url}/events") as reader:
            first = await reader.next()
            assert first is not None
            opened.set()
            return [first, *await reader.all()]

    opened = [asyncio.Event() for _ in range(50)]
    async with asyncio.timeout(60):
        following = [asyncio.create_task(follow(one)) for one in opened]
        await asyncio.gather(*(one.wait() for one in opened))
        await run(service, url)
        seen = await asyncio.gather(*following)
    assert all(events[-1].name == "completed" for events in seen)
    for events in seen:
        assert_rising(events)


async def test_streams_end_when_the_server_stops(service: Running, ann: Member, projects: Projects) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1))
    async with ann.events(f"{url}/events") as one, ann.events("/api/exports/events") as wide:
        await one.next()
        await wide.next()
        service.stop.set()
        assert await one.all() == []
        assert await wide.all() == []
    async with asyncio.timeout(5):
        await service.serving


@OFTEN
async def test_a_quiet_stream_says_that_it_lives(ann: Member, projects: Projects) -> None:
    url = await queued(ann, await projects.make(ann, sheets=1))
    async with ann.events(f"{url}/events") as one, ann.events("/api/exports/events") as wide:
        for reader in (one, wide):
            await reader.next()
            async with asyncio.timeout(5):
                await reader.comment()


async def test_the_wide_stream_tells_of_all_own_jobs(
    service: Running, ann: Member, bob: Member, projects: Projects
) -> None:
    one, two = await projects.make(ann, sheets=1), await projects.make(ann, sheets=1)
    await projects.admit(bob, one, "viewer")
    finished = await queued(ann, one)
    await run(service, finished)
    active = await queued(ann, one)
    foreign = await queued(bob, one)
    async with ann.events("/api/exports/events") as reader:
        first = await reader.next()
        assert first is not None
        assert first.data["job_id"] == active.rpartition("/")[2]
        later = await queued(ann, two)
        for url in (foreign, active, later):
            await run(service, url)
        events = await until_completed(reader, {active, later})
    assert {event.data["job_id"] for event in events} == {url.rpartition("/")[2] for url in (active, later)}
    ids = [int(event.id) for event in events]
    assert ids == sorted(ids)


async def until_completed(reader: EventReader, urls: set[str]) -> list[Event]:
    waiting = {url.rpartition("/")[2] for url in urls}
    events: list[Event] = []
    while waiting:
        event = await reader.next()
        assert event is not None
        events.append(event)
        if event.name == "completed":
            waiting.discard(event.data["job_id"])
    return events


async def test_the_wide_stream_goes_on_where_it_was_left(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=1)
    url = await queued(ann, project)
    async with ann.events("/api/exports/events") as reader:
        first = await reader.next()
    assert first is not None
    await run(service, url)
    async with ann.events("/api/exports/events", last_event_id=first.id) as reader:
        (end,) = await until_completed(reader, {url})
    # What has been seen is not sent again; what comes next is.
    async with ann.events("/api/exports/events", last_event_id=end.id) as reader:
        other = await queued(ann, project)
        await run(service, other)
        events = await until_completed(reader, {other})
    assert {event.data["job_id"] for event in events} == {other.rpartition("/")[2]}


async def test_who_missed_too_much_is_told_to_read_anew(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=1)
    async with service.services.bulk.acquire() as connection:
        await connection.execute(
            "INSERT INTO export_jobs (id, project_id, user_id, format, options_sha256, mode, status)"
            " SELECT gen_random_uuid(), $1, $2, 'storyarn', '', 'async', 'cancelled' FROM generate_series(1, 201)",
            int(project),
            ann.user_id,
        )
    async with ann.events("/api/exports/events", last_event_id="1") as reader:
        event = await reader.next()
    assert event is not None
    assert (event.name, event.data) == ("resync", {})


async def test_who_left_the_project_hears_no_more_of_it(
    service: Running, ann: Member, bob: Member, projects: Projects
) -> None:
    shared, own = await projects.make(ann, sheets=1), await projects.make(bob, sheets=1)
    await projects.admit(bob, shared, "viewer")
    hidden = await queued(bob, shared)
    async with service.services.bulk.acquire() as connection:
        await connection.execute(
            "DELETE FROM project_memberships WHERE user_id = $1 AND role = 'viewer'", bob.user_id
        )
    seen = await queued(bob, own)
    async with bob.events("/api/exports/events") as reader:
        await run(service, hidden)
        await run(service, seen)
        events = await until_completed(reader, {seen})
    assert {event.data["job_id"] for event in events} == {seen.rpartition("/")[2]}


@pytest.mark.usefixtures("worker")
async def test_from_the_queue_to_the_file(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    made = await ann.post(f"/api/projects/{project}/exports", NATIVE)
    assert made.status_code == 202
    async with ann.events(made.json()["events_url"]) as reader:
        events = await reader.all()
    assert_rising(events)
    end = events[-1]
    assert (end.name, end.data["progress"], end.data["mode"]) == ("completed", 100, "async")
    document = (await ann.get(end.data["download_url"])).json()
    assert len(document["sheets"]) == 1001


@pytest.mark.usefixtures("worker")
async def test_waiting_for_the_queue_answers_when_it_is_done(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    made = await ann.post(f"/api/projects/{project}/exports", NATIVE, headers={"Prefer": "wait=30"})
    assert (made.status_code, made.headers["preference-applied"]) == (201, "wait=30")
    assert (made.json()["status"], made.json()["mode"]) == ("completed", "async")
    wish = {"Prefer": "respond-async, wait=30"}
    small = await projects.make(ann, sheets=1)
    both = await ann.post(f"/api/projects/{small}/exports", NATIVE, headers=wish)
    assert (both.status_code, both.headers["preference-applied"]) == (201, "respond-async, wait=30")
    assert both.json()["mode"] == "async"
