"""Many streams that wake up together share one query."""

import asyncio
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event

from storyarn_export.api.streams.reader import JobReader
from storyarn_export.domain.errors import ServiceUnavailableError
from tests.e2e.conftest import Member, Projects, Running


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def new_job(member: Member, projects: Projects) -> UUID:
    url = f"/api/projects/{await projects.make(member, sheets=1)}/exports"
    made = await member.post(url, {"format": "storyarn"}, headers={"Prefer": "respond-async"})
    return UUID(made.json()["job_id"])


async def test_reads_at_the_same_time_are_one_query(
    service: Running, ann: Member, projects: Projects
) -> None:
    jobs = [await new_job(ann, projects) for _ in range(3)]
    reader = JobReader(service.services.sessions)
    queries: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        queries.append(statement)

    event.listen(service.services.engine.sync_engine, "before_cursor_execute", note)
    found = await asyncio.gather(*(reader.read([job]) for job in jobs * 50))
    event.remove(service.services.engine.sync_engine, "before_cursor_execute", note)
    assert len([query for query in queries if "export_jobs" in query]) == 1
    assert all(set(seen) >= {job} for seen, job in zip(found, jobs * 50, strict=True))
    assert await reader.read([uuid4()]) == {}


async def test_one_who_leaves_does_not_take_the_others_along(
    service: Running, ann: Member, projects: Projects
) -> None:
    job = await new_job(ann, projects)
    reader = JobReader(service.services.sessions)
    leaving = asyncio.create_task(reader.read([job]))
    staying = asyncio.create_task(reader.read([job]))
    await asyncio.sleep(0)
    leaving.cancel()
    assert set(await staying) == {job}
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_database_that_is_away_is_said_to_all(service: Running) -> None:
    reader = JobReader(service.services.sessions)
    async with service.services.bulk.acquire() as connection:
        await connection.execute("ALTER TABLE export_jobs RENAME TO elsewhere")
    failed = await asyncio.gather(*(reader.read([uuid4()]) for _ in range(3)), return_exceptions=True)
    assert all(isinstance(error, ServiceUnavailableError) for error in failed)
