"""What is answered when something that the service stands on fails."""

from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from sqlalchemy import update

from storyarn_export.db.models import ApiToken
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def test_a_revoked_token(service: Running, ann: Member) -> None:
    assert (await ann.get("/api/projects")).status_code == 200
    async with service.services.sessions.begin() as session:
        await session.execute(update(ApiToken).values(revoked_at=ApiToken.inserted_at))
    assert_problem(await ann.get("/api/projects"), 401, "unauthenticated")


async def test_a_database_that_is_away_is_a_problem_that_passes(
    server_url: str, database_url: str, ann: Member
) -> None:
    name = urlsplit(database_url).path.removeprefix("/")
    server = await asyncpg.connect(server_url)
    await server.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
    await server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    answer = await ann.get("/api/projects")
    problem = assert_problem(answer, 503, "service-unavailable")
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["retry-after"] == "1"
    unready = assert_problem(await ann.get("/readyz"), 503, "not-ready")
    assert unready["checks"]["database"]["ok"] is False
    assert unready["checks"]["storage"]["ok"] is True
    assert (await ann.get("/healthz")).status_code == 200
    await server.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
    await server.close()
    assert (await ann.get("/api/projects")).status_code == 200


async def test_a_fault_of_ours_tells_nothing_of_internals(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=1)
    async with service.services.bulk.acquire() as connection:
        await connection.execute("ALTER TABLE export_jobs RENAME TO elsewhere")
    answer = await ann.get(f"/api/projects/{project}/exports")
    problem = assert_problem(answer, 500, "internal-error")
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert "elsewhere" not in answer.text
    assert "export_jobs" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_readiness_names_what_is_wrong(service: Running, anyone: httpx.AsyncClient) -> None:
    for _ in range(2):
        ready = await anyone.get("/readyz")
        assert ready.status_code == 200
        assert {name: check["ok"] for name, check in ready.json()["checks"].items()} == {
            "database": True,
            "schema": True,
            "storage": True,
        }
    async with service.services.bulk.acquire() as connection:
        await connection.execute("UPDATE alembic_version SET version_num = '0001'")
    problem = assert_problem(await anyone.get("/readyz"), 503, "not-ready")
    assert {name: check["ok"] for name, check in problem["checks"].items()} == {
        "database": True,
        "schema": False,
        "storage": True,
    }


async def test_an_inline_export_that_fails_is_a_problem_and_is_kept(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=1)
    storage = service.services.settings.local_storage_dir
    storage.parent.mkdir(parents=True, exist_ok=True)
    storage.write_text("a file where the directory should be")
    refused = await ann.post(f"/api/projects/{project}/exports", {"format": "storyarn"})
    problem = assert_problem(refused, 503, "storage-error")
    assert str(storage) not in refused.text
    job = (await ann.get(problem["export_url"])).json()
    assert (job["status"], job["error"]["code"]) == ("failed", "storage-error")
