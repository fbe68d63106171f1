"""Event streams: how many of one token, and for how long."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from uuid import UUID

import httpx
import pytest

from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.outages import eventually

ALL = "/api/exports/events"
SOON_SECONDS = 5


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@pytest.mark.parametrize("own_service", [{"streams_per_caller": 2}], indirect=True)
async def test_a_token_has_so_many_streams(
    ann: Member, join: Callable[..., Awaitable[Member]], anyone: httpx.AsyncClient
) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await stack.enter_async_context(ann.events(ALL))
        refused = await ann.get(ALL)
        assert_problem(refused, 429, "too-many-streams")
        assert refused.headers["retry-after"] == "5"
        # A stream by ticket is one of the token that the ticket stands for.
        ticket = (await ann.post("/api/stream-tickets")).json()["ticket"]
        assert_problem(await anyone.get(f"{ALL}?ticket={ticket}"), 429, "too-many-streams")
        other = await join(ann.email)
        await stack.enter_async_context(other.events(ALL))

    async def open_again() -> bool:
        return (await ann.client.head(ALL)).status_code == 200

    await eventually(open_again)


@pytest.mark.parametrize("own_service", [{"stream_max_seconds": 1}], indirect=True)
async def test_a_stream_ends_in_time_and_the_next_goes_on(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=1)
    asked = await ann.client.post(
        f"/api/projects/{project}/exports", json={"format": "storyarn"}, headers={"Prefer": "respond-async"}
    )
    job = asked.json()
    async with asyncio.timeout(SOON_SECONDS), ann.events(job["events_url"]) as events:
        (first,) = await events.all()
    assert first.name == "progress"
    async with asyncio.timeout(SOON_SECONDS), ann.events(job["events_url"], first.id) as events:
        assert await events.all() == []
    async with asyncio.timeout(SOON_SECONDS), ann.events(ALL) as events:
        assert [event.name for event in await events.all()] == ["progress"]
    await service.services.run_export(UUID(job["job_id"]))
    async with asyncio.timeout(SOON_SECONDS), ann.events(job["events_url"], first.id) as events:
        assert [event.name for event in await events.all()][-1] == "completed"
