"""Every operation, asked for by everyone who could ask: the authorization matrix."""

import os
import secrets
from collections.abc import AsyncIterator, Callable

import psycopg
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from storyarn_export.accounts.tokens import IssuedToken
from storyarn_export.api.app import ROUTERS
from tests.conftest import with_database
from tests.e2e.authorization import PERSONAS, Persona, needs_of, refusal
from tests.e2e.authorization_ground import Ground, body_of, prepared
from tests.e2e.conftest import run_service

# One ground for all of it.
pytestmark = pytest.mark.xdist_group("authorization")
MADE = {
    "POST /api/projects": 201,
    "POST /api/stream-tickets": 201,
    "POST /api/projects/{project_id}/exports": 201,
    "POST /api/projects/{project_id}/imports": 201,
    "DELETE /api/projects/{project_id}/exports/{job_id}": 204,
    "DELETE /api/projects/{project_id}/imports/{import_id}": 204,
}
ENDING = ("cancel_export", "delete_export")
USING_UP = ("execute_import", "cancel_import", "delete_import")


def operations() -> list[tuple[str, str, str]]:
    """Method, path and name of everything that is routed; each GET as HEAD, too."""
    app = FastAPI(docs_url=None, redoc_url=None)
    for module in ROUTERS:
        app.include_router(module.router)
    found = []
    for route in iter_route_contexts(app.routes):
        for method in sorted((route.methods or set()) - {"HEAD"}):
            found.append((method, route.path or "", route.name or ""))
            if method == "GET":
                found.append(("HEAD", route.path or "", route.name or ""))
    return found


OPERATIONS = operations()


@pytest.fixture(scope="module")
async def ground(
    server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ground]:
    name = f"test_matrix_{os.getpid()}_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    async with (
        run_service(
            with_database(server_url, name),
            tmp_path_factory.mktemp("matrix"),
            # More wrong tokens come here than anywhere else.
            failed_logins_per_minute=0,
        ) as running,
        prepared(running) as made,
    ):
        yield made
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


async def test_the_matrix_covers_the_document(
    ground: Ground, record_property: Callable[[str, object], None]
) -> None:
    document = (await ground.client.get("/openapi.json")).json()
    documented = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    routed = {(method, path) for method, path, _ in OPERATIONS}
    assert documented <= routed
    # What the document leaves out are the pages and the document itself.
    assert {path for method, path in routed - documented if method != "HEAD"} == {
        "/openapi.json",
        "/",
        "/docs",
        "/console/{name}",
    }
    pairs = len(OPERATIONS) * len(PERSONAS)
    record_property("authorization pairs", pairs)
    print(f"authorization matrix: {len(OPERATIONS)} operations x {len(PERSONAS)} personas = {pairs} pairs")  # noqa: T201 - it is asked for


@pytest.mark.parametrize(
    ("method", "path", "name"), OPERATIONS, ids=[f"{method}-{name}" for method, _, name in OPERATIONS]
)
async def test_nobody_may_more_and_nobody_less(ground: Ground, method: str, path: str, name: str) -> None:
    wrong = []
    for persona in PERSONAS:
        expected = refusal(needs_of("GET" if method == "HEAD" else method, path), persona, path)
        found = await ask(ground, persona, method, path, name, allowed=expected is None)
        wanted = (MADE.get(f"{method} {path}", 200), "") if expected is None else expected
        if method == "HEAD":
            wanted = (wanted[0], "")
        if found != wanted:
            wrong.append(f"{persona.name}: {found}, not {wanted}")
    assert not wrong
    assert await ground.untouched()


async def ask(
    ground: Ground, persona: Persona, method: str, path: str, name: str, *, allowed: bool
) -> tuple[int, str]:
    """Status and code of the answer to a persona."""
    asker: IssuedToken = ground.tokens[persona.name]
    ids = {"project_id": ground.place.id, "name": "main.js"}
    there = ground.elsewhere if persona.foreign else ground.place
    ids |= {"job_id": there.export, "import_id": there.ready, "asset_id": there.asset, "flow_id": there.flow}
    ids |= {"section": "sheets", "format_name": "csv"}
    if name in ENDING:
        maker = asker if persona.own else ground.owner
        ids["job_id"] = await ground.new_export(maker) if allowed or persona.own else there.pending
    if name in USING_UP and allowed:
        ids["import_id"] = await ground.new_import()
    sent = {**body_of(method, path), **await ground.credential(persona)}
    async with ground.client.stream(method, path.format(**ids), **sent) as answer:
        if answer.status_code < 400:
            # A stream that has begun to answer has let them in.
            return answer.status_code, ""
        await answer.aread()
    if answer.status_code == 401:
        assert answer.headers["www-authenticate"].startswith("Bearer")
    if method == "HEAD":
        assert answer.content == b""
        return answer.status_code, ""
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]
