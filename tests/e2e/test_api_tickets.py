"""Tickets: event streams and files for browsers, which cannot send a token with them."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import httpx
from sqlalchemy import func, select, update

from storyarn_export.accounts.tokens import revoke_token
from storyarn_export.db.models import StreamTicket
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.events import EventReader

NATIVE = {"format": "storyarn"}


async def ticket_of(member: Member) -> str:
    made = await member.post("/api/stream-tickets")
    assert made.status_code == 201
    assert made.headers["cache-control"] == "no-store"
    assert set(made.json()) == {"ticket", "expires_at"}
    left = datetime.fromisoformat(made.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(seconds=30) < left <= timedelta(seconds=60)
    return str(made.json()["ticket"])


async def test_a_ticket_opens_one_stream(ann: Member, projects: Projects, anyone: httpx.AsyncClient) -> None:
    project = await projects.make(ann, sheets=3)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    url = f"{job['events_url']}?ticket={await ticket_of(ann)}"
    async with anyone.stream("GET", url) as response:
        assert response.status_code == 200
        event = await EventReader(response).next()
        assert event is not None
        assert (event.name, event.data["job_id"]) == ("completed", job["job_id"])
    again = await anyone.get(url)
    assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")
    assert again.headers["www-authenticate"].startswith("Bearer")


async def test_the_wide_streams_take_tickets_too(ann: Member, anyone: httpx.AsyncClient) -> None:
    for url in ("/api/exports/events", "/api/imports/events"):
        async with anyone.stream("GET", f"{url}?ticket={await ticket_of(ann)}") as response:
            assert response.status_code == 200


async def test_a_ticket_downloads_one_file(
    ann: Member, projects: Projects, anyone: httpx.AsyncClient
) -> None:
    project = await projects.make(ann, sheets=3)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    url = f"{job['download_url']}?ticket={await ticket_of(ann)}"
    file = await anyone.get(url)
    assert (file.status_code, sha256(file.content).hexdigest()) == (200, job["sha256"])
    assert file.headers["content-disposition"].startswith("attachment")
    again = await anyone.get(url)
    assert (again.status_code, again.json()["code"]) == (401, "unauthenticated")


async def test_a_ticket_downloads_no_file_of_others(
    ann: Member, bob: Member, projects: Projects, anyone: httpx.AsyncClient
) -> None:
    project = await projects.make(ann, sheets=3)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    assert (await anyone.get(f"{job['download_url']}?ticket={await ticket_of(bob)}")).status_code == 404


async def test_a_ticket_opens_nothing_else(ann: Member, anyone: httpx.AsyncClient) -> None:
    for url in ("/api/projects", "/api/formats"):
        assert (await anyone.get(f"{url}?ticket={await ticket_of(ann)}")).status_code == 401


async def test_a_ticket_is_no_more_than_its_token(
    ann: Member,
    bob: Member,
    projects: Projects,
    anyone: httpx.AsyncClient,
    join: Callable[..., Awaitable[Member]],
    service: Running,
) -> None:
    project = await projects.make(ann, sheets=3)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    foreign = await anyone.get(f"{job['events_url']}?ticket={await ticket_of(bob)}")
    assert foreign.status_code == 404
    only_imports = await join(ann.email, ["imports"])
    refused = await anyone.get(f"{job['events_url']}?ticket={await ticket_of(only_imports)}")
    assert (refused.status_code, refused.json()["code"]) == (403, "insufficient-scope")
    ticket = await ticket_of(only_imports)
    async with service.services.sessions.begin() as session:
        assert await revoke_token(session, only_imports.token.split("_")[1])
    assert (await anyone.get(f"/api/imports/events?ticket={ticket}")).status_code == 401


async def test_tickets_expire_and_are_swept(ann: Member, anyone: httpx.AsyncClient, service: Running) -> None:
    ticket = await ticket_of(ann)
    mine = StreamTicket.token_id == ann.token.split("_")[1]
    async with service.services.sessions.begin() as session:
        past = func.now() - timedelta(seconds=1)
        await session.execute(update(StreamTicket).where(mine).values(expires_at=past))
    assert (await anyone.get(f"/api/exports/events?ticket={ticket}")).status_code == 401
    await ticket_of(ann)
    async with service.services.sessions() as session:
        assert await session.scalar(select(func.count()).select_from(StreamTicket).where(mine)) == 1


async def test_what_is_no_ticket_is_refused(ann: Member, anyone: httpx.AsyncClient) -> None:
    for wrong in ("", "st_", "st_" + "x" * 43, "nonsense"):
        assert (await anyone.get(f"/api/exports/events?ticket={wrong}")).status_code == 401, wrong
    token = await anyone.get(f"/api/exports/events?ticket={ann.token}")
    assert (token.status_code, token.json()["code"]) == (401, "token-in-url")
    assert (await anyone.post("/api/stream-tickets")).status_code == 401
