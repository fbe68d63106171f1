"""Clients that take their time, come in crowds, or send what is no HTTP."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from storyarn_export.api.connections import MAX_HEAD_BYTES
from tests.e2e.conftest import Member, Projects, Running
from tests.factories.contents import png

LIMIT_SECONDS = 10
PICTURE = png(19_000_000)
INSERT_ASSET = """
INSERT INTO assets (filename, content_type, size, key, is_external, project_id)
VALUES ('a.png', 'image/png', 1, 'a', true, $1) RETURNING id
"""


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


class Raw:
    """A connection on which a test sends what it likes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, text: str) -> None:
        self._writer.write(text.encode("latin-1"))
        await self._writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of an answer that has a length."""
        async with asyncio.timeout(LIMIT_SECONDS):
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            first, *lines = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
            body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        return int(first.split()[1]), headers, body

    async def rest(self) -> bytes:
        """All that still comes before the server closes."""
        taken = b""
        async with asyncio.timeout(LIMIT_SECONDS):
            try:
                while piece := await self._reader.read(65_536):
                    taken += piece
            except ConnectionResetError:
                return taken
        return taken

    def close(self) -> None:
        self._writer.close()


@asynccontextmanager
async def connected(service: Running) -> AsyncIterator[Raw]:
    place = urlsplit(service.url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port, limit=2**16)
    raw = Raw(reader, writer)
    try:
        yield raw
    finally:
        raw.close()


@pytest.mark.parametrize("own_service", [{"request_head_seconds": 0.5}], indirect=True)
async def test_heads_that_never_end(service: Running) -> None:
    async with connected(service) as silent, connected(service) as dripping, connected(service) as second:
        await dripping.send("GET /healthz HTTP/1.1\r\nHost: a\r\n")
        await second.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await second.answer())[0] == 200
        await second.send("GET /healthz HTTP/1.1\r\n")
        for one in (silent, dripping, second):
            assert await one.rest() == b""


@pytest.mark.parametrize("own_service", [{"request_head_seconds": 0.5}], indirect=True)
@pytest.mark.usefixtures("own_service")
async def test_what_takes_long_to_answer_is_not_a_long_head(ann: Member) -> None:
    async with ann.client.stream("GET", "/api/exports/events") as stream:
        assert stream.status_code == 200
        frames = stream.aiter_bytes()
        assert await anext(frames) == b"retry: 1000\n\n"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await anext(frames)


@pytest.mark.parametrize("own_service", [{"request_body_seconds": 0.5}], indirect=True)
async def test_bodies_that_never_end(service: Running, ann: Member) -> None:
    async with connected(service) as dripping:
        await dripping.send(
            "POST /api/projects HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 20\r\n"
            f'Authorization: Bearer {ann.token}\r\n\r\n{{"name'
        )
        status, headers, body = await dripping.answer()
        assert (status, json.loads(body)["code"]) == (408, "request-timeout")
        assert headers["content-type"] == "application/problem+json"
        assert await dripping.rest() == b""


@pytest.mark.parametrize("own_service", [{"send_stall_seconds": 0.5}], indirect=True)
async def test_downloads_that_nobody_takes(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    asset = await service.services.bulk.fetchval(INSERT_ASSET, int(project))
    url = f"/api/projects/{project}/assets/{asset}/content"
    assert (await ann.client.put(url, content=PICTURE)).status_code == 200
    async with connected(service) as client:
        await client.send(f"GET {url} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {ann.token}\r\n\r\n")
        await asyncio.sleep(2)
        assert len(await client.rest()) < len(PICTURE)
    # Others are not cut off.
    assert (await ann.get(url)).content == PICTURE


@pytest.mark.parametrize("own_service", [{"max_connections": 3}], indirect=True)
async def test_crowds(service: Running) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(3):
            one = await stack.enter_async_context(connected(service))
            await one.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
            assert (await one.answer())[0] == 200
        async with connected(service) as too_many:
            assert await too_many.rest() == b""
    async with httpx.AsyncClient(base_url=service.url) as client:
        assert (await client.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    "sent",
    [
        "nonsense\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: a\x00b\r\n\r\n",
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: a\r\nX: " + "a" * MAX_HEAD_BYTES * 2,
    ],
)
async def test_what_is_no_http_is_a_problem_too(service: Running, sent: str) -> None:
    async with connected(service) as client:
        await client.send(sent)
        status, headers, body = await client.answer()
        problem = json.loads(body)
        assert (status, problem["code"], problem["status"]) == (400, "bad-request", 400)
        assert headers["content-type"] == "application/problem+json"
        assert headers["x-content-type-options"] == "nosniff"
        assert len(headers["x-request-id"]) == 32
        assert await client.rest() == b""
