"""What holds for every answer: problems, request ids, headers, limits."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from storyarn_export.api.permissions import OPERATIONS
from storyarn_export.api.server import serve_api
from storyarn_export.domain.errors import ServiceUnavailableError
from tests.e2e.conftest import Member, Projects, Running, run_service
from tests.e2e.problems import assert_problem

CONSOLE = ("get_console", "get_documentation", "get_page_part")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "not-found"),
        ("GET", "/api/nowhere", 404, "not-found"),
        ("GET", "/api/projects/", 404, "not-found"),
        ("DELETE", "/api/projects", 405, "method-not-allowed"),
        ("OPTIONS", "/api/projects", 405, "method-not-allowed"),
        ("GET", "/api/projects", 401, "unauthenticated"),
    ],
)
async def test_everything_that_is_wrong_is_a_problem(
    anyone: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    assert_problem(await anyone.request(method, path), status, code)


async def test_allow_lists_all_methods(anyone: httpx.AsyncClient) -> None:
    assert (await anyone.put("/api/projects")).headers["allow"] == "GET, HEAD, POST"
    assert (await anyone.put("/api/projects/1/exports")).headers["allow"] == "GET, HEAD, POST"
    assert (await anyone.put("/healthz")).headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize("header", ["", "Bearer", "Basic YTpi", "Bearer sa_x_y", "Bearer \xff", "sa_x_y"])
async def test_bad_tokens(anyone: httpx.AsyncClient, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")}
    answer = await anyone.get("/api/projects", headers=headers)  # type: ignore[arg-type]
    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("query", ["token={}", "access_token={}", "token=x", "cursor={}", "x=Bearer {}"])
async def test_tokens_in_urls_are_refused(ann: Member, anyone: httpx.AsyncClient, query: str) -> None:
    for client in (ann.client, anyone):
        answer = await client.get("/api/projects?" + query.format(ann.token))
        assert_problem(answer, 401, "token-in-url")
        assert ann.token not in answer.text


async def test_request_ids(anyone: httpx.AsyncClient) -> None:
    for sane in ("a", "A-1_2.3", "x" * 128):
        assert (await anyone.get("/healthz", headers={"X-Request-ID": sane})).headers["x-request-id"] == sane
    made = set()
    for odd in ("", "a b", "x" * 129, "a\tb", "é"):
        headers = {"X-Request-ID": odd.encode()}
        answer = await anyone.get("/nowhere", headers=headers)  # type: ignore[arg-type]
        made.add(answer.headers["x-request-id"])
    assert len(made) == 5
    assert all(len(request_id) == 32 for request_id in made)


@pytest.mark.parametrize("path", ["/healthz", "/nowhere", "/api/projects", "/openapi.json", "/", "/docs"])
async def test_security_headers(anyone: httpx.AsyncClient, path: str) -> None:
    headers = (await anyone.get(path)).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-frame-options"] == "DENY"
    assert "server" not in headers


async def test_bodies_that_are_not_json(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann)}/exports"
    json = {"Content-Type": "application/json"}
    assert_problem(await ann.client.post(url, content=b'{"format":', headers=json), 400, "malformed-json")
    assert_problem(await ann.client.post(url, content=b'"\xff"', headers=json), 400, "bad-request")
    assert_problem(await ann.client.post(url, content=b"[" * 100_000, headers=json), 400, "bad-request")
    assert_problem(await ann.client.post(url, content=b"", headers=json), 422, "invalid-request")
    assert_problem(await ann.client.post(url, content=b"format=storyarn"), 415, "unsupported-media-type")
    surrogate = await ann.client.post(url, content=rb'{"format": "\ud800", "\ud800": 1}', headers=json)
    assert_problem(surrogate, 422, "invalid-request")


async def chunks(size: int) -> AsyncIterator[bytes]:
    yield b'{"format": "'
    for _ in range(size // 65536):
        yield b"x" * 65536


async def test_large_bodies(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann)}/exports"
    json = {"Content-Type": "application/json"}
    declared = await ann.client.post(url, content=b" " * (1024 * 1024 + 1), headers=json)
    assert_problem(declared, 413, "body-too-large")
    streamed = await ann.client.post(url, content=chunks(2 * 1024 * 1024), headers=json)
    assert_problem(streamed, 413, "body-too-large")
    fitting = await ann.client.post(
        url, content=b" " * (1024 * 1024 - 30) + b'{"format": "word"}', headers=json
    )
    assert_problem(fitting, 422, "unknown-format")


async def test_head_of_everything(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1)
    for path in (
        "/healthz",
        "/api/projects",
        f"/api/projects/{project}",
        "/api/exports/events",
        "/openapi.json",
    ):
        head = await ann.client.head(path)
        assert (head.status_code, head.content) == (200, b"")
    missing = await ann.client.head("/nowhere")
    assert (missing.status_code, missing.content) == (404, b"")


async def test_cors_is_off_until_origins_are_configured(
    anyone: httpx.AsyncClient, database_url: str, tmp_path: Path
) -> None:
    origin = {"Origin": "https://tales.example"}
    assert "access-control-allow-origin" not in (await anyone.get("/healthz", headers=origin)).headers
    async with (
        run_service(database_url, tmp_path, cors_origins=("https://tales.example",)) as other,
        httpx.AsyncClient(base_url=other.url) as client,
    ):
        allowed = await client.get("/healthz", headers=origin)
        assert allowed.headers["access-control-allow-origin"] == "https://tales.example"
        stranger = await client.get("/healthz", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in stranger.headers


async def test_the_document_tells_of_all_operations(anyone: httpx.AsyncClient) -> None:
    document = (await anyone.get("/openapi.json")).json()
    operations = [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    named = {operation["operationId"] for _, _, operation in operations}
    assert len(named) == len(operations)
    assert named == OPERATIONS.keys() - {"openapi", *CONSOLE}
    for path, _, operation in operations:
        assert operation["summary"]
        assert operation["description"]
        errors = {status: answer for status, answer in operation["responses"].items() if status >= "400"}
        assert all(set(answer["content"]) == {"application/problem+json"} for answer in errors.values())
        assert ("401" in errors) == path.startswith("/api")
    assert "HTTPValidationError" not in document["components"]["schemas"]


async def test_parallel_requests_do_not_mix_up_their_ids(anyone: httpx.AsyncClient) -> None:
    ids = [f"request-{n}" for n in range(50)]
    answers = await asyncio.gather(*(anyone.get("/nowhere", headers={"X-Request-ID": one}) for one in ids))
    assert [answer.headers["x-request-id"] for answer in answers] == ids


async def test_an_address_in_use_is_said_in_one_line(service: Running) -> None:
    port = int(service.url.rpartition(":")[2])
    with pytest.raises(ServiceUnavailableError, match=f"127.0.0.1:{port}"):
        await serve_api(
            service.services, host="127.0.0.1", port=port, stop=asyncio.Event(), on_ready=lambda _: None
        )
