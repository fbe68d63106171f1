"""Whoever guesses tokens is not listened to for a while; nobody else is touched."""

from collections.abc import Awaitable, Callable

import httpx
import pytest

from tests.e2e.conftest import Member, Running
from tests.e2e.problems import assert_problem

LIMIT = 3
WRONG = f"Bearer sa_{'a' * 16}_{'b' * 43}"
LIMITED = pytest.mark.parametrize("own_service", [{"failed_logins_per_minute": LIMIT}], indirect=True)
BEHIND_A_PROXY = pytest.mark.parametrize(
    "own_service",
    [{"failed_logins_per_minute": LIMIT, "trusted_proxies": ("127.0.0.0/8",)}],
    indirect=True,
)


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def guess(client: httpx.AsyncClient, token: str = WRONG, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await client.get("/api/projects", headers={"Authorization": token, **named})


@LIMITED
async def test_guessing_is_throttled(
    ann: Member, join: Callable[..., Awaitable[Member]], anyone: httpx.AsyncClient
) -> None:
    assert (await ann.get("/api/projects")).status_code == 200
    # No token is no guess.
    for _ in range(2 * LIMIT):
        assert_problem(await anyone.get("/api/projects"), 401, "unauthenticated")
    for _ in range(LIMIT):
        assert_problem(await guess(anyone), 401, "unauthenticated")
    refused = await guess(anyone)
    assert_problem(refused, 429, "login-throttled")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    # Nothing is looked at any more that was not good before, be it right or wrong.
    assert_problem(await (await join()).get("/api/projects"), 429, "login-throttled")
    ticket = await anyone.get("/api/exports/events?ticket=st_x")
    assert_problem(ticket, 429, "login-throttled")
    # Who has been let in stays in, and what takes no token goes on.
    assert (await ann.get("/api/projects")).status_code == 200
    assert (await anyone.get("/healthz")).status_code == 200


@LIMITED
async def test_wrong_tickets_are_guesses(anyone: httpx.AsyncClient) -> None:
    for _ in range(LIMIT):
        assert_problem(await anyone.get("/api/exports/events?ticket=st_x"), 401, "unauthenticated")
    assert_problem(await guess(anyone), 429, "login-throttled")


@LIMITED
async def test_nobody_says_where_they_come_from(anyone: httpx.AsyncClient) -> None:
    for number in range(LIMIT):
        assert_problem(await guess(anyone, X_Forwarded_For=f"192.0.2.{number}"), 401, "unauthenticated")
    assert_problem(await guess(anyone, X_Forwarded_For="192.0.2.99"), 429, "login-throttled")


@BEHIND_A_PROXY
async def test_a_proxy_that_is_trusted_says_it(anyone: httpx.AsyncClient, ann: Member) -> None:
    for _ in range(LIMIT):
        assert_problem(await guess(anyone, X_Forwarded_For="203.0.113.5"), 401, "unauthenticated")
    assert_problem(await guess(anyone, X_Forwarded_For="203.0.113.5"), 429, "login-throttled")
    assert_problem(await guess(anyone, X_Forwarded_For="198.51.100.7, 203.0.113.5"), 429, "login-throttled")
    other = f"Bearer {ann.token}"
    assert (await guess(anyone, other, X_Forwarded_For="203.0.113.6")).status_code == 200
    # Of IPv6 a client has a whole network.
    for number in range(LIMIT):
        address = f"2001:db8::{number}"
        assert_problem(await guess(anyone, X_Forwarded_For=address), 401, "unauthenticated")
    assert_problem(await guess(anyone, X_Forwarded_For="2001:db8::ffff"), 429, "login-throttled")
    assert_problem(await guess(anyone, X_Forwarded_For="2001:db8:0:1::1"), 401, "unauthenticated")


@pytest.mark.parametrize("own_service", [{"failed_logins_per_minute": 0}], indirect=True)
async def test_without_a_limit_everyone_may_guess(anyone: httpx.AsyncClient) -> None:
    for _ in range(100):
        assert_problem(await guess(anyone), 401, "unauthenticated")
