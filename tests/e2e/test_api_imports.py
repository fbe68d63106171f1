"""Files come in, are looked at, and become parts of projects."""

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import delete, text, update

from storyarn_export.db.models import ImportJob, ProjectMembership
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.domain.lifecycle import BUSY_IMPORTS
from storyarn_export.imports.policy import INLINE_BYTES
from storyarn_export.queueing.queue import IMPORTS
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.bringing import bring, form, long_tale, pieces, post_form, tale
from tests.factories.documents import document, encode
from tests.factories.outages import eventually
from tests.factories.packed import zstd

LONG = 2_500
SKIP = {"conflict_resolution": "skip"}
SHEETS = text("SELECT name FROM sheets WHERE project_id = :project AND deleted_at IS NULL ORDER BY name")


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@pytest.fixture
async def importer(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, [IMPORTS], stop=stop))
    yield
    stop.set()
    await working


async def sheets(service: Running, project: str) -> list[str]:
    async with service.services.sessions() as session:
        return list(await session.scalars(SHEETS, {"project": int(project)}))


def stored(service: Running, prefix: str = "imports") -> list[Path]:
    top = service.services.settings.local_storage_dir / prefix
    return [path for path in top.rglob("*") if path.is_file()]


async def until_idle(member: Member, url: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            shown: dict[str, Any] = (await member.get(url)).json()
            if shown["status"] not in BUSY_IMPORTS:
                return shown
            await asyncio.sleep(0.05)


async def test_a_small_file_is_looked_at_then_executed(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    content = tale("Jon", "Arya")
    brought = await bring(ann.client, project, content, "../../My tale.json")
    assert brought.status_code == 201
    shown = brought.json()
    assert (shown["status"], shown["entities"]) == ("ready", {"total": 4, "processed": 0})
    assert shown["source"] == {
        "filename": "My tale.json",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "format_version": "1.0.0",
        "exported_at": "2026-02-24T15:30:00Z",
        "project_name": "Tale",
    }
    seen = shown["preview"]["sections"]["sheets"]
    assert seen == {"total": 2, "new": 2, "existing": 0, "conflicts": [], "conflict_count": 0}
    url = brought.headers["location"]
    assert (await ann.get(url)).json() == shown
    assert await sheets(service, project) == []
    done = await ann.post(shown["execute_url"], SKIP)
    assert done.status_code == 200, done.text
    report = done.json()["report"]
    assert (done.json()["status"], done.json()["progress"]) == ("completed", 100)
    assert (report["sections"]["sheets"]["created"], report["undo_export"]) == (2, None)
    assert await sheets(service, project) == ["Arya", "Jon"]
    assert stored(service) == []
    again = await ann.post(f"{url}/execute", SKIP)
    assert_problem(again, 409, "already-executed")
    assert_problem(await ann.post(f"{url}/cancel"), 409, "not-cancellable")


@pytest.mark.parametrize("compress", [gzip.compress, zstd])
async def test_what_is_compressed_is_told_by_its_content(
    ann: Member, projects: Projects, compress: Callable[[bytes], bytes]
) -> None:
    project = await projects.make(ann)
    brought = await bring(ann.client, project, compress(tale("Jon")), "tale.json")
    assert (brought.status_code, brought.json()["preview"]["total"]) == (201, 2)
    plain = await bring(ann.client, project, tale("Jon"), "tale.json.gz")
    assert plain.status_code == 201


async def test_what_was_there_is_kept_and_can_be_had_back(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    first = (await bring(ann.client, project, tale("Jon"))).json()
    assert (await ann.post(first["execute_url"], SKIP)).status_code == 200
    second = (await bring(ann.client, project, tale("Jon", "Arya"))).json()
    seen = second["preview"]["sections"]["sheets"]
    assert (seen["new"], seen["existing"], seen["conflict_count"]) == (1, 1, 1)
    assert [(one["kind"], one["shortcut"]) for one in seen["conflicts"]] == [("sheet", "jon")]
    done = (await ann.post(second["execute_url"], {"conflict_resolution": "overwrite"})).json()
    undo = done["report"]["undo_export"]
    kept = (await ann.get(undo["download_url"])).json()
    assert [one["name"] for one in kept["sheets"]] == ["Jon"]
    job = (await ann.get(f"/api/projects/{project}/exports/{undo['job_id']}")).json()
    assert (job["status"], job["options"]["include_assets"]) == ("completed", "references")


async def test_a_stale_preview_is_turned_down(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    early = (await bring(ann.client, project, tale("Jon", "Arya"))).json()
    other = (await bring(ann.client, project, tale("Jon"))).json()
    assert (await ann.post(other["execute_url"], SKIP)).status_code == 200
    refused = assert_problem(await ann.post(early["execute_url"], SKIP), 409, "preview-stale")
    assert refused["preview"]["sections"]["sheets"]["existing"] == 1
    assert await sheets(service, project) == ["Jon"]
    shown = (await ann.get(refused["import_url"])).json()
    assert (shown["status"], shown["stage"]) == ("ready", "preview-stale")
    assert shown["preview"] == refused["preview"]
    assert (await ann.post(early["execute_url"], SKIP)).status_code == 200
    assert await sheets(service, project) == ["Arya", "Jon"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "invalid-json"),
        (b"{", "invalid-json"),
        (b"[]", "invalid-json-structure"),
        (b'{"a": 1}', "missing-required-keys"),
        (b"\xff\xfe", "invalid-encoding"),
        (b"PK\x03\x04rest", "invalid-bundle"),
        (gzip.compress(tale("Jon"))[:-20], "invalid-gzip"),
        (gzip.compress(b" " * 40_000_000), "expansion-too-large"),
        (zstd(tale("Jon"))[:-20], "invalid-zstd"),
        (zstd(b" " * 40_000_000), "expansion-too-large"),
        (encode(document(sheets=[{"id": 1}])), None),
        (b"[" * 100_000, None),
    ],
)
async def test_bad_files_leave_nothing(
    service: Running, ann: Member, projects: Projects, content: bytes, code: str | None
) -> None:
    project = await projects.make(ann)
    answer = await bring(ann.client, project, content)
    problem = assert_problem(answer, 422, code or answer.json()["code"])
    assert "path" in problem or "offset" in problem, problem
    assert (await ann.get(f"/api/projects/{project}/imports")).json()["items"] == []
    assert stored(service) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        form(b"x", name="other"),
        form(b"x", filename=None),
        form(b"x").replace(b"--\r\n", b"\r\n"),
        form(tale("Jon"))[:-10],
        form(tale("Jon"))[: -len(b"--\r\n")] + b"\r\n" + form(b"x"),
        b"no form",
    ],
)
async def test_forms_without_exactly_one_file(
    service: Running, ann: Member, projects: Projects, body: bytes
) -> None:
    project = await projects.make(ann)
    assert_problem(await post_form(ann.client, project, body), 422, "bad-upload")
    assert_problem(await post_form(ann.client, project, pieces(body)), 422, "bad-upload")
    assert stored(service) == []


async def test_bodies_that_are_no_form(ann: Member, projects: Projects) -> None:
    url = f"/api/projects/{await projects.make(ann)}/imports"
    assert_problem(await ann.post(url, {"file": "x"}), 422, "bad-upload")
    assert_problem(await ann.post(url), 422, "bad-upload")


@pytest.mark.parametrize("own_service", [{"max_import_bytes": 300_000}], indirect=True)
async def test_large_files_are_refused_while_they_arrive(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    fitting = tale("Jon") + b" " * 290_000
    assert (await post_form(ann.client, project, pieces(form(fitting)))).status_code == 201
    kept = stored(service)
    for size in (300_001, 1_000_000, 12_000_000):
        body = form(tale("Jon") + b" " * size)
        declared = assert_problem(await post_form(ann.client, project, body), 413, "file-too-large")
        assert declared["offset"] == 300_000
        assert_problem(await post_form(ann.client, project, pieces(body)), 413, "file-too-large")
    assert stored(service) == kept


async def test_a_broken_connection_leaves_nothing(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    body = form(long_tale(LONG))
    written = asyncio.Event()

    async def breaking() -> AsyncIterator[bytes]:
        async for piece in pieces(body[: len(body) // 2]):
            yield piece
        written.set()
        raise ConnectionError

    with pytest.raises((ConnectionError, httpx.HTTPError)):
        await post_form(ann.client, project, breaking())
    assert written.is_set()

    async def gone() -> bool:
        return not stored(service)

    await eventually(gone)
    assert (await ann.get(f"/api/projects/{project}/imports")).json()["items"] == []


async def test_who_may(ann: Member, bob: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    url = (await bring(ann.client, project, tale("Jon"))).headers["location"]
    asked = (("GET", ""), ("GET", "/events"), ("POST", "/execute"), ("POST", "/cancel"), ("DELETE", ""))
    for status, code in ((404, "not-found"), (403, "forbidden")):
        assert_problem(await bring(bob.client, project, tale("Jon")), status, code)
        assert_problem(await bob.get(f"/api/projects/{project}/imports"), status, code)
        for method, path in asked:
            answer = await bob.client.request(method, url + path, json=SKIP if path == "/execute" else None)
            assert_problem(answer, status, code)
        if status == 404:
            await projects.admit(bob, project, "viewer")
    foreign = await projects.make(ann)
    elsewhere = url.replace(f"/projects/{project}/", f"/projects/{foreign}/")
    assert_problem(await ann.get(elsewhere), 404, "not-found")
    assert_problem(await ann.post(f"{elsewhere}/execute", SKIP), 404, "not-found")


async def test_wrong_wishes(ann: Member, projects: Projects) -> None:
    shown = (await bring(ann.client, await projects.make(ann), tale("Jon"))).json()
    for body in ({}, {"conflict_resolution": "guess"}, {**SKIP, "more": 1}):
        assert_problem(await ann.post(shown["execute_url"], body), 422, "invalid-request")


@pytest.mark.usefixtures("importer")
async def test_long_files_are_read_and_executed_by_workers(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    content = long_tale(LONG)
    assert len(content) > INLINE_BYTES
    brought = await bring(ann.client, project, content)
    assert (brought.status_code, brought.json()["status"]) == (202, "parsing")
    url = brought.headers["location"]
    shown = await until_idle(ann, url)
    assert (shown["status"], shown["preview"]["total"]) == ("ready", 2 * LONG)
    async with ann.events("/api/imports/events") as everything, ann.events(f"{url}/events") as reader:
        first = await reader.next()
        assert first is not None
        assert (first.name, first.data["status"]) == ("progress", "ready")
        asked = await ann.post(f"{url}/execute", SKIP)
        assert (asked.status_code, asked.json()["status"]) == (202, "queued")
        events = await reader.all()
        assert (events[-1].name, events[-1].data["progress"]) == ("completed", 100)
        running = [event.data for event in events if event.data["status"] == "running"]
        assert {one["stage"] for one in running} >= {"reading", "writing"}
        assert [one["progress"] for one in running] == sorted(one["progress"] for one in running)
        ids = [int(event.id) for event in (first, *events)]
        assert ids == sorted(set(ids))
        while (told := await everything.next()) is not None and told.name != "completed":
            assert told.data["import_id"] == shown["import_id"]
    assert events[-1].data == (await ann.get(url)).json()
    assert events[-1].data["report"]["created"]["block"] == LONG
    assert len(await sheets(service, project)) == LONG
    assert stored(service) == []


@pytest.mark.usefixtures("importer")
async def test_a_long_file_that_is_broken_fails_with_the_place(
    service: Running, ann: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    content = long_tale(LONG)
    broken = content.replace(b'"Sheet 2000"', b"5", 1)
    url = (await bring(ann.client, project, broken)).headers["location"]
    shown = await until_idle(ann, url)
    assert shown["status"] == "failed"
    assert shown["error"]["path"].startswith("$.sheets[1999]"), shown["error"]

    async def forgotten() -> bool:
        return not stored(service)

    # The row says so first, then the file goes.
    await eventually(forgotten, within_seconds=10)
    assert_problem(await ann.post(f"{url}/execute", SKIP), 409, "conflict")


async def test_whose_role_is_gone_imports_nothing(
    service: Running, ann: Member, bob: Member, projects: Projects
) -> None:
    project = await projects.make(ann)
    await projects.admit(bob, project, "editor")
    url = (await bring(bob.client, project, tale("Jon"))).headers["location"]
    job_id = UUID(url.rpartition("/")[2])
    await service.services.imports.request(
        project_id=int(project),
        job_id=job_id,
        user_id=bob.user_id,
        resolution=ConflictResolution.SKIP,
    )
    async with service.services.sessions.begin() as session:
        await session.execute(delete(ProjectMembership).where(ProjectMembership.user_id == bob.user_id))
    await service.services.imports.run(job_id)
    shown = (await ann.get(url)).json()
    assert (shown["status"], shown["error"]["code"]) == ("failed", "forbidden")
    assert await sheets(service, project) == []


async def test_cancelled_and_deleted(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    small = (await bring(ann.client, project, tale("Jon"))).headers["location"]
    waiting = (await bring(ann.client, project, long_tale(LONG))).headers["location"]
    assert len(stored(service)) == 2
    for url in (small, waiting):
        for _ in range(2):
            cancelled = await ann.post(f"{url}/cancel")
            assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
        assert_problem(await ann.post(f"{url}/execute", SKIP), 409, "conflict")
    assert stored(service) == []
    deleted = (await bring(ann.client, project, tale("Jon"))).headers["location"]
    assert (await ann.client.delete(deleted)).status_code == 204
    assert_problem(await ann.get(deleted), 404, "not-found")
    assert stored(service) == []
    listed = (await ann.get(f"/api/projects/{project}/imports?status=cancelled")).json()
    assert len(listed["items"]) == 2


async def test_expired(service: Running, ann: Member, projects: Projects) -> None:
    url = (await bring(ann.client, await projects.make(ann), tale("Jon"))).headers["location"]
    past = update(ImportJob).values(expires_at=text("now() - interval '1 second'"))
    async with service.services.sessions.begin() as session:
        await session.execute(past)
    assert_problem(await ann.post(f"{url}/execute", SKIP), 410, "import-expired")
    async with ann.events(f"{url}/events") as reader:
        first = await reader.next()
        async with service.services.sessions() as session:
            now = await session.scalar(text("SELECT now()"))
        assert first is not None
        await service.services.clean_up(now)
        last = (await reader.all())[-1]
    assert (last.name, last.data["status"]) == ("failed", "expired")
    assert_problem(await ann.post(f"{url}/execute", SKIP), 410, "import-expired")
    assert stored(service) == []


async def test_lists_are_paginated(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    made = [(await bring(ann.client, project, tale("Jon"))).json()["import_id"] for _ in range(3)]
    page = (await ann.get(f"/api/projects/{project}/imports?limit=2")).json()
    rest = (await ann.get(f"/api/projects/{project}/imports?limit=2&cursor={page['next_cursor']}")).json()
    assert [one["import_id"] for one in (*page["items"], *rest["items"])] == made[::-1]
    assert rest["next_cursor"] is None
