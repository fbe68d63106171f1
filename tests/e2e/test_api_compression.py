"""Compressed exports: the file itself, or on its way."""

import asyncio
import hashlib
import zlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from storyarn_export.domain.options import Compression
from storyarn_export.domain.zstandard import ZstdDecompressor
from storyarn_export.queueing.queue import EXPORTS
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.bringing import bring
from tests.factories.farm import normal
from tests.factories.outages import eventually
from tests.factories.packed import unpacked

FILES = [
    (Compression.GZIP, "application/gzip", "tale.storyarn.json.gz"),
    (Compression.ZSTD, "application/zstd", "tale.storyarn.json.zst"),
]

LONG_TEXTS = """
UPDATE sheets SET description = (
    SELECT string_agg(md5(sheets.id::text || n), '') FROM generate_series(1, 3000) n
) WHERE project_id = $1
"""


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@pytest.fixture
async def working(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(serve_worker(service.services, [EXPORTS], stop=stop))
    yield
    stop.set()
    await task


async def exported(
    ann: Member, project: str, compression: str, *, queued: bool
) -> tuple[dict[str, Any], bytes]:
    answer = await ann.post(
        f"/api/projects/{project}/exports",
        {"format": "storyarn", "options": {"compression": compression}},
        headers={"Prefer": "respond-async"} if queued else {},
    )
    assert answer.status_code == (202 if queued else 201), answer.text
    url = answer.headers["location"]

    async def over() -> bool:
        return (await ann.get(url)).json()["status"] in {"completed", "failed"}

    await eventually(over)
    job: dict[str, Any] = (await ann.get(url)).json()
    assert job["status"] == "completed", job
    file = await ann.get(job["download_url"])
    assert "content-encoding" not in file.headers
    assert file.headers["content-type"] == job["content_type"]
    return job, file.content


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("queued", [False, True])
@pytest.mark.parametrize(("compression", "media_type", "filename"), FILES)
async def test_files(
    ann: Member, projects: Projects, compression: Compression, media_type: str, filename: str, *, queued: bool
) -> None:
    project = await projects.make(ann, sheets=30)
    plain, document = await exported(ann, project, "none", queued=queued)
    assert (plain["options"]["compression"], plain["filename"]) == ("none", "tale.storyarn.json")
    job, file = await exported(ann, project, compression.value, queued=queued)
    assert (job["content_type"], job["filename"]) == (media_type, filename)
    assert job["options"]["compression"] == compression
    assert (job["file_size"], job["sha256"]) == (len(file), hashlib.sha256(file).hexdigest())
    assert normal(unpacked(file, compression)) == normal(document)
    assert len(file) < len(document) / 2
    verified = await ann.post(f"/api/projects/{project}/exports/{job['job_id']}/verify")
    assert verified.json().get("status") == "equal", verified.text
    brought = await bring(ann.client, project, file, filename)
    assert brought.status_code == 201, brought.text
    assert brought.json()["preview"]["total"] == job["entities"]["total"]


async def test_archives_are_compressed_already(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1)
    options = {"include_assets": "bundled", "compression": "zstd"}
    asked = await ann.post(f"/api/projects/{project}/exports", {"format": "storyarn", "options": options})
    quick = await ann.get(f"/api/projects/{project}/export?include_assets=bundled&compression=gzip")
    for answer in (asked, quick):
        problem = assert_problem(answer, 422, "invalid-options")
        assert [one["path"] for one in problem["errors"]] == ["options.compression"]


async def raw(ann: Member, url: str, accept: str | None) -> tuple[dict[str, str], bytes]:
    headers = {} if accept is None else {"Accept-Encoding": accept}
    request = ann.client.build_request("GET", url, headers=headers)
    if accept is None:
        del request.headers["accept-encoding"]
    answer = await ann.client.send(request, stream=True)
    content = b"".join([chunk async for chunk in answer.aiter_raw()])
    await answer.aclose()
    assert answer.status_code == 200, content
    return dict(answer.headers), content


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        (None, None),
        ("gzip", "gzip"),
        ("zstd, gzip", "zstd"),
        ("zstd;q=0.1, gzip;q=0.2", "gzip"),
        ("br", None),
    ],
)
async def test_quick_exports_on_their_way(
    ann: Member, projects: Projects, accept: str | None, encoding: str | None
) -> None:
    project = await projects.make(ann, sheets=200)
    url = f"/api/projects/{project}/export?pretty_print=false"
    _, document = await raw(ann, url, "identity")
    headers, content = await raw(ann, url, accept)
    assert headers.get("content-encoding") == encoding
    assert headers["vary"] == "Accept-Encoding"
    assert headers["content-type"] == "application/json"
    assert 'filename="tale.storyarn.json"' in headers["content-disposition"]
    assert (encoding is None) == (len(content) == len(document))
    opened = content if encoding is None else unpacked(content, Compression(encoding))
    assert normal(opened) == normal(document)


@pytest.mark.parametrize(("compression", "media_type", "filename"), FILES)
async def test_quick_exports_as_compressed_files(
    ann: Member, projects: Projects, compression: Compression, media_type: str, filename: str
) -> None:
    project = await projects.make(ann, sheets=20)
    url = f"/api/projects/{project}/export?compression={compression}"
    headers, content = await raw(ann, url, "zstd, gzip")
    assert headers["content-type"] == media_type
    assert f'filename="{filename}"' in headers["content-disposition"]
    assert not {"content-encoding", "vary"} & headers.keys()
    assert b'"Root 20"' in unpacked(content, compression)


async def test_nothing_that_is_acceptable(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1)
    refused = await ann.get(f"/api/projects/{project}/export", headers={"Accept-Encoding": "br, *;q=0"})
    assert_problem(refused, 406, "not-acceptable")


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_the_first_bytes_come_before_the_last_rows(
    service: Running, ann: Member, projects: Projects, coding: str
) -> None:
    project = await projects.make(ann, sheets=300)
    bulk = service.services.bulk
    # More than the sockets between us hold, compressed too.
    await bulk.execute(LONG_TEXTS, int(project))
    url = f"/api/projects/{project}/export?validate_before_export=false"
    request = ann.client.build_request("GET", url, headers={"Accept-Encoding": coding})
    answer = await ann.client.send(request, stream=True)
    opened = zlib.decompressobj(31) if coding == "gzip" else ZstdDecompressor()
    text = b""
    chunks = answer.aiter_raw()
    while b'"Root 1"' not in text:
        text += opened.decompress(await anext(chunks))
    # A connection is still reading.
    assert bulk.get_idle_size() < bulk.get_size()
    async for chunk in chunks:
        text += opened.decompress(chunk)
    assert opened.eof
    assert b'"Root 300"' in text
