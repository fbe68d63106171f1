"""Bytes of assets on their way in with a file: all or nothing, as the rows."""

import asyncio
import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storyarn_export.queueing.queue import EXPORTS, IMPORTS
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.bringing import bring
from tests.factories.contents import bundle, carried, png
from tests.factories.documents import document, encode, sheet
from tests.factories.outages import eventually

ONE, TWO, OTHER = png(200_000, 1), png(3_000, 2), png(200_000, 3)
MODES = ("embedded", "bundled")


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@pytest.fixture
async def working(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(serve_worker(service.services, [EXPORTS, IMPORTS], stop=stop))
    yield
    stop.set()
    await task


def file(*contents: bytes, mode: str, **changes: Any) -> bytes:
    assets = carried(*contents, mode=mode, **changes)
    made = document(sheets=[sheet(1, "Anna", shortcut="anna", avatar_asset_id="1")], assets=assets)
    return bundle(made, *contents) if mode == "bundled" else encode(made)


async def ready(ann: Member, project: str, content: bytes) -> dict[str, Any]:
    answer = await bring(ann.client, project, content)
    assert answer.status_code in {201, 202}, answer.text
    url = answer.headers["location"]

    async def read() -> bool:
        return bool((await ann.get(url)).json()["status"] != "parsing")

    await eventually(read)
    job: dict[str, Any] = (await ann.get(url)).json()
    return {**job, "url": url}


async def executed(ann: Member, project: str, content: bytes, resolution: str = "skip") -> dict[str, Any]:
    job = await ready(ann, project, content)
    assert job["status"] == "ready", job
    answer = await ann.post(f"{job['url']}/execute", {"conflict_resolution": resolution})
    assert answer.status_code in {200, 202}, answer.text

    async def over() -> bool:
        return (await ann.get(job["url"])).json()["status"] not in {"queued", "running"}

    await eventually(over)
    done: dict[str, Any] = (await ann.get(job["url"])).json()
    assert done["status"] == "completed", done
    return done


async def contents(ann: Member, project: str) -> list[bytes | None]:
    items = (await ann.get(f"/api/projects/{project}/assets")).json()["items"]
    return [
        None if one["content_url"] is None else (await ann.get(one["content_url"])).content for one in items
    ]


def stored(service: Running) -> list[bytes]:
    top = service.services.settings.local_storage_dir / "assets"
    return sorted(path.read_bytes() for path in top.rglob("*") if path.is_file())


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("mode", MODES)
async def test_bytes_come_with_the_rows(service: Running, ann: Member, projects: Projects, mode: str) -> None:
    project = await projects.make(ann)
    content = file(ONE, TWO, mode=mode)
    seen = await ready(ann, project, content)
    assert (seen["preview"]["warnings"], stored(service)) == ([], [])
    done = await executed(ann, project, content)
    assert done["report"]["warnings"] == []
    assert await contents(ann, project) == [ONE, TWO]
    rows = await service.services.bulk.fetch("SELECT is_external, content_sha256 FROM assets ORDER BY id")
    assert [tuple(row) for row in rows] == [(False, hashlib.sha256(one).hexdigest()) for one in (ONE, TWO)]
    # The file itself is forgotten.
    await service.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert stored(service) == sorted([ONE, TWO])


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("resolution", "wanted"), [("skip", ONE), ("rename", ONE), ("overwrite", OTHER), ("merge", OTHER)]
)
async def test_who_keeps_whose_bytes(
    service: Running, ann: Member, projects: Projects, mode: str, resolution: str, wanted: bytes
) -> None:
    project = await projects.make(ann)
    await executed(ann, project, file(ONE, TWO, mode=mode))
    done = await executed(ann, project, file(OTHER, TWO, mode=mode), resolution)
    section = done["report"]["sections"]["assets"]
    takes = wanted == OTHER
    assert (section["created"], section["updated"], section["skipped"]) == (0, int(takes), 2 - takes)
    assert await contents(ann, project) == [wanted, TWO]
    kept = await ann.get(done["report"]["undo_export"]["download_url"])
    assert kept.headers["content-type"] == ("application/zip" if takes else "application/json")
    if takes:
        with zipfile.ZipFile(io.BytesIO(kept.content)) as archive:
            assert archive.read(archive.namelist()[0]) == ONE
    # Nothing that was brought and not needed stays; what was replaced goes when nobody can be reading it.
    assert len(stored(service)) == 2 + takes
    await service.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert stored(service) == sorted([wanted, TWO])


@pytest.mark.usefixtures("working")
async def test_assets_without_bytes_get_them(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    references = document(assets=carried(ONE, mode="embedded", sha256=None, data=None))
    await executed(ann, project, encode(references))
    await executed(ann, project, file(ONE, mode="bundled"), "skip")
    assert await contents(ann, project) == [None]
    await executed(ann, project, file(ONE, mode="bundled"), "rename")
    assert await contents(ann, project) == [ONE]
    assert stored(service) == [ONE]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("changes", [{"sha256": "0" * 64}, {"size": 5}, {"content_type": "image/gif"}])
async def test_bytes_that_are_others_are_refused_at_once(
    service: Running, ann: Member, projects: Projects, mode: str, changes: dict[str, Any]
) -> None:
    project = await projects.make(ann)
    problem = assert_problem(
        await bring(ann.client, project, file(TWO, mode=mode, **changes)), 422, "asset-mismatch"
    )
    assert problem["path"].startswith("$.assets.items[0]")
    assert stored(service) == []


async def test_a_file_that_is_not_there(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    made = bundle(document(assets=carried(ONE, TWO, mode="bundled")), TWO)
    assert_problem(await bring(ann.client, project, made), 422, "asset-mismatch")
    made = bundle(document(assets=carried(TWO, TWO, mode="bundled")), TWO)
    problem = assert_problem(await bring(ann.client, project, made), 422, "asset-missing")
    assert problem["path"] == "$.assets.items[1].path"
    assert problem["hint"]


@pytest.mark.parametrize("mode", MODES)
async def test_an_import_that_fails_leaves_no_bytes(
    service: Running, ann: Member, projects: Projects, mode: str
) -> None:
    project = await projects.make(ann)
    job = await ready(ann, project, file(TWO, mode=mode))
    # The preview is of another state: the project has the sheet now.
    await service.services.bulk.execute(
        "INSERT INTO sheets (name, shortcut, position, project_id) VALUES ('A', 'anna', 0, $1)", int(project)
    )
    answer = await ann.post(f"{job['url']}/execute", {"conflict_resolution": "skip"})
    assert_problem(answer, 409, "preview-stale")
    assert stored(service) == []
    assert await service.services.bulk.fetchval("SELECT count(*) FROM assets") == 0


@pytest.mark.parametrize("mode", MODES)
async def test_a_database_that_refuses_leaves_no_bytes(
    service: Running, ann: Member, projects: Projects, mode: str
) -> None:
    project = await projects.make(ann)
    job = await ready(ann, project, file(TWO, mode=mode))
    await service.services.bulk.execute(
        "ALTER TABLE sheets ADD CONSTRAINT sheets_nobody_check CHECK (name <> 'Anna')"
    )
    answer = await ann.post(f"{job['url']}/execute", {"conflict_resolution": "skip"})
    assert_problem(answer, 422, "import-failed")
    assert stored(service) == []


async def test_bytes_of_an_import_that_goes_on_are_not_cleaned_up(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    job = await ready(ann, project, file(TWO, mode="bundled"))
    root: Path = service.services.settings.local_storage_dir
    for origin in (job["import_id"], "0198c3f2-7a51-7c43-9f6e-2f1d3b5a7c91"):
        path = root / "assets" / project / origin / "run-1"
        path.parent.mkdir(parents=True)
        path.write_bytes(origin.encode())
    later = datetime.now(UTC) + timedelta(hours=2)
    await service.services.clean_up(later)
    assert stored(service) == [job["import_id"].encode()]
    assert (await ann.client.delete(job["url"])).status_code == 204
    await service.services.clean_up(later)
    assert stored(service) == []
