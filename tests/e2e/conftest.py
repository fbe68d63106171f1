"""The whole service in the test's own process: server on a free port, worker, and clients that talk HTTP to it."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psycopg
import pytest
import structlog
from opentelemetry.trace import TracerProvider

from storyarn_export.accounts.projects import create_project
from storyarn_export.accounts.tokens import create_token
from storyarn_export.api.server import serve_api
from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.models import ProjectMembership
from storyarn_export.queueing.queue import EXPORTS
from storyarn_export.settings import load_settings
from storyarn_export.worker.process import serve_worker
from tests.conftest import with_database
from tests.e2e.events import EventReader
from tests.factories.fault_proxy import FaultProxy, fault_proxy
from tests.factories.logs import KeepEvents
from tests.factories.object_store import REGION, OwnBucket

READY_SECONDS = 20
REQUEST_SECONDS = 30


@dataclass(frozen=True)
class Member:
    """A user with a token, and a client that sends it."""

    user_id: int
    email: str
    token: str
    client: httpx.AsyncClient

    async def get(self, url: str, **more: Any) -> httpx.Response:
        return await self.client.get(url, **more)

    async def post(self, url: str, json: Any = None, **more: Any) -> httpx.Response:
        return await self.client.post(url, json=json, **more)

    @asynccontextmanager
    async def events(self, url: str, last_event_id: str | None = None) -> AsyncIterator[EventReader]:
        headers = {} if last_event_id is None else {"Last-Event-ID": last_event_id}
        async with self.client.stream("GET", url, headers=headers) as response:
            assert response.status_code == 200, await response.aread()
            assert response.headers["content-type"].startswith("text/event-stream")
            yield EventReader(response)


@dataclass(frozen=True)
class Running:
    """A running service."""

    url: str
    services: Services
    stop: asyncio.Event
    serving: asyncio.Task[None]


@asynccontextmanager
async def run_service(
    database_url: str,
    data_dir: Path,
    *,
    port: int = 0,
    tracer_provider: TracerProvider | None = None,
    **settings: Any,
) -> AsyncIterator[Running]:
    """Serve until the block is left, or until told to stop."""
    given = {"data_dir": data_dir, "progress_min_interval_seconds": 0.05, "shutdown_seconds": 5, **settings}
    async with open_services(
        load_settings(**given), database_url=database_url, role="api", tracer_provider=tracer_provider
    ) as services:
        stop = asyncio.Event()
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        serving = asyncio.create_task(
            serve_api(services, host="127.0.0.1", port=port, stop=stop, on_ready=ready.set_result)
        )
        answering = asyncio.create_task(asyncio.wait_for(ready, READY_SECONDS))
        await asyncio.wait([serving, answering], return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            answering.cancel()
            await serving
        await answering
        yield Running(ready.result(), services, stop, serving)
        stop.set()
        await serving


@pytest.fixture(scope="session", autouse=True)
def _plain_log_lines(log_directory: Path) -> None:
    # Without being configured, structlog draws tracebacks with all local variables, which takes seconds.
    plain = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            KeepEvents(log_directory / "events.log"),
            plain,
        ]
    )


@pytest.fixture(scope="session")
async def service(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    """One service for all tests that leave it as it was, without a worker: what is queued stays queued.

    Modules whose tests change or stop it put `own_service` in its place.
    """
    name = f"test_shared_{os.getpid()}_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    async with run_service(with_database(server_url, name), tmp_path_factory.mktemp("service")) as running:
        yield running
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def own_service(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path
) -> AsyncIterator[Running]:
    """A service of the test's own; settings come by indirect parametrization."""
    async with run_service(database_url, tmp_path, **getattr(request, "param", {})) as running:
        yield running


@pytest.fixture
async def proxy(object_store_url: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(object_store_url) as made:
        yield made


@pytest.fixture
async def bucket_service(
    request: pytest.FixtureRequest, database_url: str, tmp_path: Path, bucket: OwnBucket, proxy: FaultProxy
) -> AsyncIterator[Running]:
    """A service whose files go through the proxy into the bucket; more settings by indirect parametrization."""
    async with run_service(
        database_url,
        tmp_path,
        storage="s3",
        s3_bucket=bucket.name,
        s3_endpoint_url=proxy.url,
        s3_region=REGION,
        s3_prefix="stories",
        **getattr(request, "param", {}),
    ) as running:
        yield running


@pytest.fixture
async def worker(service: Running) -> AsyncIterator[None]:
    """A worker beside it."""
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, [EXPORTS], stop=stop))
    yield
    stop.set()
    await working


@pytest.fixture
async def join(service: Running) -> AsyncIterator[Callable[..., Awaitable[Member]]]:
    """Makes members: `await join()` a new one, `await join(email, scopes)` another token of one."""
    clients: list[httpx.AsyncClient] = []

    async def make(email: str | None = None, scopes: Sequence[str] = ("exports", "imports")) -> Member:
        address = email or f"{secrets.token_hex(8)}@example.org"
        async with service.services.sessions.begin() as session:
            issued = await create_token(session, email=address, scopes=scopes)
        headers = {"Authorization": f"Bearer {issued.token}"}
        client = httpx.AsyncClient(base_url=service.url, headers=headers, timeout=REQUEST_SECONDS)
        clients.append(client)
        return Member(issued.user_id, address, issued.token, client)

    yield make
    for client in clients:
        await client.aclose()


@pytest.fixture
async def ann(join: Callable[..., Awaitable[Member]]) -> Member:
    """Who owns the projects."""
    return await join()


@pytest.fixture
async def bob(join: Callable[..., Awaitable[Member]]) -> Member:
    """Who is no member of anything unless the test says so."""
    return await join()


@pytest.fixture
async def anyone(service: Running) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    async with httpx.AsyncClient(base_url=service.url, timeout=REQUEST_SECONDS) as client:
        yield client


@dataclass(frozen=True)
class Projects:
    """Makes projects."""

    services: Services

    async def make(self, owner: Member, *, sheets: int = 0, flows: int = 0, name: str = "Tale") -> str:
        """A project of so many entities; its id."""
        async with self.services.sessions.begin() as session:
            project = await create_project(session, owner_id=owner.user_id, name=name)
        async with self.services.bulk.acquire() as connection:
            await fill(connection, project.id, "sheets", sheets)
            await fill(connection, project.id, "flows", flows)
        return str(project.id)

    async def admit(self, member: Member, project_id: str, role: str) -> None:
        """Give someone a role in a project."""
        async with self.services.sessions.begin() as session:
            session.add(ProjectMembership(role=role, project_id=int(project_id), user_id=member.user_id))


@pytest.fixture
def projects(service: Running) -> Projects:
    return Projects(service.services)


async def fill(
    connection: "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]", project_id: int, table: str, rows: int
) -> None:
    """Put so many roots into a project."""
    rows_of = "SELECT 'Root ' || n, n, $1 FROM generate_series(1, $2::int) n"
    statements = {
        "sheets": f"INSERT INTO sheets (name, position, project_id) {rows_of}",
        "flows": f"INSERT INTO flows (name, position, project_id) {rows_of}",
    }
    await connection.execute(statements[table], project_id, rows)
