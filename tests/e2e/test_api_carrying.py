"""Exports with the bytes of assets through the API, and back in again."""

import asyncio
import hashlib
import io
import json
import zipfile
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import pytest

from storyarn_export.queueing.queue import EXPORTS, IMPORTS
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.e2e.test_api_import_bytes import contents, executed
from tests.factories.contents import png
from tests.factories.outages import eventually

CONTENTS = (png(300_000, 1), png(40, 2), png(5_000, 3))
INSERT = """
INSERT INTO assets (filename, content_type, size, key, project_id) VALUES ($1::text, 'image/png', 1, $1::text, $2)
RETURNING id
"""


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@pytest.fixture(autouse=True)
async def working(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(serve_worker(service.services, [EXPORTS, IMPORTS], stop=stop))
    yield
    stop.set()
    await task


async def with_assets(service: Running, ann: Member, projects: Projects) -> str:
    project = await projects.make(ann, sheets=3)
    for number, content in enumerate(CONTENTS):
        asset = await service.services.bulk.fetchval(INSERT, f"Pic {number}.png", int(project))
        answer = await ann.client.put(f"/api/projects/{project}/assets/{asset}/content", content=content)
        assert answer.status_code == 200
    return project


async def exported(ann: Member, project: str, mode: str, *, queued: bool) -> tuple[dict[str, Any], bytes]:
    answer = await ann.post(
        f"/api/projects/{project}/exports",
        {"format": "storyarn", "options": {"include_assets": mode}},
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
    assert file.headers["content-type"] == job["content_type"]
    assert hashlib.sha256(file.content).hexdigest() == job["sha256"]
    return job, file.content


def opened(file: bytes, mode: str) -> tuple[dict[str, Any], list[bytes | None]]:
    if mode == "embedded":
        document: dict[str, Any] = json.loads(file)
        return document, [
            b64decode(one["data"]) if one["data"] else None for one in document["assets"]["items"]
        ]
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        assert archive.testzip() is None
        document = json.loads(archive.read("project.json"))
        items = document["assets"]["items"]
        return document, [archive.read(one["path"]) if one["path"] else None for one in items]


@pytest.mark.parametrize("queued", [False, True])
@pytest.mark.parametrize(
    ("mode", "media_type", "extension"),
    [("embedded", "application/json", ".storyarn.json"), ("bundled", "application/zip", ".storyarn.zip")],
)
async def test_out_and_in_again(
    service: Running,
    ann: Member,
    projects: Projects,
    mode: str,
    media_type: str,
    extension: str,
    *,
    queued: bool,
) -> None:
    project = await with_assets(service, ann, projects)
    job, file = await exported(ann, project, mode, queued=queued)
    assert (job["content_type"], job["filename"]) == (media_type, f"tale{extension}")
    assert job["entities"]["by_section"]["assets"] == {"total": 3, "processed": 3}
    document, carried = opened(file, mode)
    assert carried == list(CONTENTS)
    other = await projects.make(ann)
    await executed(ann, other, file)
    assert await contents(ann, other) == list(CONTENTS)
    _, again = await exported(ann, other, mode, queued=queued)
    second, carried = opened(again, mode)
    assert carried == list(CONTENTS)
    assert second["metadata"] == document["metadata"]
    verified = await ann.post(f"/api/projects/{project}/exports/{job['job_id']}/verify")
    assert verified.json().get("status") == "equal", verified.text


@pytest.mark.parametrize("mode", ["embedded", "bundled"])
async def test_the_quick_way(service: Running, ann: Member, projects: Projects, mode: str) -> None:
    project = await with_assets(service, ann, projects)
    answer = await ann.get(f"/api/projects/{project}/export?include_assets={mode}")
    assert answer.status_code == 200
    assert opened(answer.content, mode)[1] == list(CONTENTS)


@pytest.mark.parametrize("mode", ["embedded", "bundled"])
async def test_damaged_bytes_are_named(service: Running, ann: Member, projects: Projects, mode: str) -> None:
    project = await with_assets(service, ann, projects)
    row = await service.services.bulk.fetchrow(
        "SELECT id, content_key FROM assets WHERE project_id = $1 ORDER BY id LIMIT 1", int(project)
    )
    assert row is not None
    path = service.services.settings.local_storage_dir / row["content_key"]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    asked = {"format": "storyarn", "options": {"include_assets": mode}}
    problem = assert_problem(await ann.post(f"/api/projects/{project}/exports", asked), 409, "asset-damaged")
    assert str(row["id"]) in problem["detail"]
    path.unlink()
    answer = await ann.post(f"/api/projects/{project}/exports", asked)
    assert answer.status_code == 201
    file = (await ann.get(answer.json()["download_url"])).content
    document, carried = opened(file, mode)
    assert carried == [None, *CONTENTS[1:]]
    assert [one["source_id"] for one in document["metadata"]["validation"]["warnings"]] == [str(row["id"])]
