"""One token may ask so many times a minute."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.e2e.conftest import Member, Running

LIMIT = 5


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@pytest.mark.parametrize("own_service", [{"rate_limit_per_minute": LIMIT}], indirect=True)
async def test_too_many_requests_are_refused(
    ann: Member, join: Callable[..., Awaitable[Member]], anyone: httpx.AsyncClient
) -> None:
    left = []
    for _ in range(LIMIT):
        answer = await ann.get("/api/projects")
        assert answer.status_code == 200
        assert answer.headers["ratelimit-policy"] == f'"requests";q={LIMIT};w=60'
        found = re.fullmatch(r'"requests";r=(\d+);t=(\d+)', answer.headers["ratelimit"])
        assert found is not None
        assert 1 <= int(found[2]) <= 60
        left.append(int(found[1]))
    assert left == list(range(LIMIT - 1, -1, -1))
    refused = await ann.get("/api/projects")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["ratelimit"].startswith('"requests";r=0;')
    # Others are not touched, nor is what takes no token.
    assert (await (await join(ann.email, ["exports"])).get("/api/projects")).status_code == 200
    for _ in range(LIMIT + 1):
        assert (await anyone.get("/healthz")).status_code == 200


@pytest.mark.parametrize("own_service", [{"rate_limit_per_minute": 0}], indirect=True)
async def test_without_a_limit_nothing_is_said_of_it(ann: Member) -> None:
    answer = await ann.get("/api/projects")
    assert answer.status_code == 200
    assert "ratelimit" not in answer.headers
