"""No query of the API keeps a request waiting for ever."""

import asyncio

import asyncpg
import httpx
import pytest

from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem

pytestmark = pytest.mark.parametrize("own_service", [{"statement_timeout_seconds": 0.5}], indirect=True)
TOKEN = f"sa_{'a' * 16}_{'b' * 43}"


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def test_small_queries(anyone: httpx.AsyncClient, bulk: asyncpg.Pool) -> None:
    async with bulk.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE api_tokens IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(5):
            answer = await anyone.get("/api/projects", headers={"Authorization": f"Bearer {TOKEN}"})
    assert_problem(answer, 503, "service-unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_counts(ann: Member, projects: Projects, bulk: asyncpg.Pool) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=1)}/counts"
    async with bulk.acquire() as connection, connection.transaction():
        await connection.execute("LOCK TABLE sheets IN ACCESS EXCLUSIVE MODE")
        async with asyncio.timeout(5):
            assert_problem(await ann.get(url), 503, "service-unavailable")
    assert (await ann.get(url)).json()["total"] == 1
