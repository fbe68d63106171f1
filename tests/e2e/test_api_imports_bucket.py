"""Files come in by way of a bucket, and nothing of them stays there."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import func, select, text, update

from storyarn_export.db.models import ImportJob, Sheet
from storyarn_export.domain.lifecycle import BUSY_IMPORTS
from storyarn_export.exports.cleaned import What
from storyarn_export.imports.policy import INLINE_BYTES
from storyarn_export.queueing.queue import IMPORTS
from storyarn_export.storage.s3_parts import LEAST_PART_BYTES
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.bringing import bring, form, long_tale, pieces, post_form, tale
from tests.factories.fault_proxy import Fault, FaultProxy
from tests.factories.object_store import OwnBucket
from tests.factories.outages import eventually

LONG = 2_500
SKIP = {"conflict_resolution": "skip"}
# White space after a document: more than two parts of a file.
FILLING = b" " * (2 * LEAST_PART_BYTES + 1)
GIVE = "GET /"
# What a store that is away is waited for, and the wait of the job after it.
AWAY_SECONDS = 60


@pytest.fixture
def service(bucket_service: Running) -> Running:
    return bucket_service


@pytest.fixture
async def importer(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, [IMPORTS], stop=stop))
    yield
    stop.set()
    await working


@pytest.fixture
async def project(ann: Member, projects: Projects) -> str:
    return await projects.make(ann)


async def until_idle(member: Member, url: str) -> dict[str, Any]:
    async def idle() -> bool:
        return (await member.get(url)).json()["status"] not in BUSY_IMPORTS

    await eventually(idle, within_seconds=AWAY_SECONDS)
    shown: dict[str, Any] = (await member.get(url)).json()
    return shown


async def sheets(service: Running, project: str) -> int:
    async with service.services.sessions() as session:
        of_project = select(func.count()).select_from(Sheet).where(Sheet.project_id == int(project))
        return int(await session.scalar(of_project) or 0)


async def is_empty(bucket: OwnBucket) -> bool:
    return not await bucket.keys() and not await bucket.uploads()


async def test_a_small_file_comes_in(service: Running, ann: Member, project: str, bucket: OwnBucket) -> None:
    content = tale("Jon", "Arya")
    shown = (await bring(ann.client, project, content)).json()
    assert (shown["status"], shown["preview"]["total"]) == ("ready", 4)
    (key,) = await bucket.keys()
    assert key.startswith(f"stories/imports/{project}/")
    assert await bucket.content(key) == content
    done = await ann.post(shown["execute_url"], SKIP)
    assert (done.status_code, done.json()["status"]) == (200, "completed")
    assert await sheets(service, project) == 2
    assert await is_empty(bucket)


@pytest.mark.usefixtures("importer")
async def test_a_file_of_several_parts_comes_in(
    service: Running, ann: Member, project: str, bucket: OwnBucket, proxy: FaultProxy
) -> None:
    content = long_tale(LONG) + FILLING
    brought = await post_form(ann.client, project, pieces(form(content)))
    assert (brought.status_code, brought.json()["status"]) == (202, "parsing")
    assert sum("partNumber=" in request for request in proxy.requests) > 2
    url = brought.headers["location"]
    shown = await until_idle(ann, url)
    assert (shown["status"], shown["preview"]["total"]) == ("ready", 2 * LONG), shown
    assert shown["source"]["sha256"] == hashlib.sha256(content).hexdigest()
    assert (await ann.post(f"{url}/execute", SKIP)).status_code == 202
    shown = await until_idle(ann, url)
    assert (shown["status"], shown["report"]["created"]["block"]) == ("completed", LONG), shown
    assert await sheets(service, project) == LONG
    assert await is_empty(bucket)


async def test_what_was_there_is_kept_in_the_bucket(ann: Member, project: str, bucket: OwnBucket) -> None:
    first = (await bring(ann.client, project, tale("Jon"))).json()
    assert (await ann.post(first["execute_url"], SKIP)).status_code == 200
    second = (await bring(ann.client, project, tale("Jon", "Arya"))).json()
    done = (await ann.post(second["execute_url"], {"conflict_resolution": "overwrite"})).json()
    undo = done["report"]["undo_export"]
    assert [one["name"] for one in (await ann.get(undo["download_url"])).json()["sheets"]] == ["Jon"]
    (key,) = await bucket.keys()
    assert key.startswith(f"stories/exports/{project}/{undo['job_id']}/")
    assert await bucket.uploads() == []


async def test_cancelled_and_deleted(ann: Member, project: str, bucket: OwnBucket) -> None:
    ready = (await bring(ann.client, project, tale("Jon"))).headers["location"]
    waiting = (await bring(ann.client, project, long_tale(LONG))).headers["location"]
    deleted = (await bring(ann.client, project, tale("Jon"))).headers["location"]
    assert len(await bucket.keys()) == 3
    for url in (ready, waiting):
        cancelled = await ann.post(f"{url}/cancel")
        assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    assert (await ann.client.delete(deleted)).status_code == 204
    assert await is_empty(bucket)


@pytest.mark.usefixtures("importer")
async def test_cancelled_while_it_is_read(
    service: Running, ann: Member, project: str, bucket: OwnBucket, proxy: FaultProxy
) -> None:
    # The bucket gives nothing for so long that the cancelling comes before the first row.
    proxy.delay_seconds = 3
    proxy.plan(Fault.DELAY, GIVE, skip=1)
    url = (await bring(ann.client, project, long_tale(LONG))).headers["location"]
    assert (await until_idle(ann, url))["status"] == "ready"
    assert (await ann.post(f"{url}/execute", SKIP)).status_code == 202

    async def running() -> bool:
        return bool((await ann.get(url)).json()["status"] == "running")

    await eventually(running)
    assert (await ann.post(f"{url}/cancel")).status_code in {200, 202}
    assert (await until_idle(ann, url))["status"] == "cancelled"

    async def gone() -> bool:
        return await is_empty(bucket)

    await eventually(gone)
    assert await sheets(service, project) == 0


@pytest.mark.parametrize("bucket_service", [{"max_import_bytes": 2 * LEAST_PART_BYTES}], indirect=True)
async def test_files_that_are_not_taken_leave_nothing(
    ann: Member, project: str, bucket: OwnBucket, proxy: FaultProxy
) -> None:
    body = form(tale("Jon") + FILLING)

    async def breaking() -> AsyncIterator[bytes]:
        async for piece in pieces(body[: len(body) // 3 * 2]):
            yield piece
        raise ConnectionError

    with pytest.raises((ConnectionError, httpx.HTTPError)):
        await post_form(ann.client, project, breaking())

    async def gone() -> bool:
        return await is_empty(bucket)

    await eventually(gone)
    assert any("partNumber=" in request for request in proxy.requests)
    assert_problem(await post_form(ann.client, project, pieces(body)), 413, "file-too-large")
    assert await is_empty(bucket)
    broken = tale("Jon").replace(b'"Jon"', b"5", 1)
    answer = await bring(ann.client, project, broken)
    assert_problem(answer, 422, answer.json()["code"])
    assert await is_empty(bucket)


@pytest.mark.parametrize("fault", [Fault.RESET_ANSWER, Fault.LOSE_ANSWER, Fault.SLOW_DOWN])
@pytest.mark.usefixtures("importer")
async def test_reads_that_break_are_taken_up(
    service: Running, ann: Member, project: str, bucket: OwnBucket, proxy: FaultProxy, fault: Fault
) -> None:
    content = long_tale(LONG)
    assert len(content) > INLINE_BYTES
    proxy.plan(fault, GIVE, times=2)
    url = (await bring(ann.client, project, content)).headers["location"]
    assert (await until_idle(ann, url))["status"] == "ready"
    proxy.plan(fault, GIVE, times=2)
    assert (await ann.post(f"{url}/execute", SKIP)).status_code == 202
    assert (await until_idle(ann, url))["status"] == "completed"
    assert proxy.struck == [fault] * 4
    assert await sheets(service, project) == LONG
    assert await is_empty(bucket)


@pytest.mark.usefixtures("importer")
async def test_an_import_waits_for_a_store_that_is_away(
    service: Running, ann: Member, project: str, bucket: OwnBucket, proxy: FaultProxy
) -> None:
    url = (await bring(ann.client, project, long_tale(LONG))).headers["location"]
    assert (await until_idle(ann, url))["status"] == "ready"
    proxy.down = True
    assert (await ann.post(f"{url}/execute", SKIP)).status_code == 202
    assert_problem(await bring(ann.client, project, tale("Jon")), 503, "storage-error")

    async def tried_again() -> bool:
        async with service.services.sessions() as session:
            of_import = select(ImportJob.retries).where(ImportJob.id == UUID(url.rpartition("/")[2]))
            return bool(await session.scalar(of_import))

    await eventually(tried_again, within_seconds=AWAY_SECONDS)
    proxy.down = False
    assert (await until_idle(ann, url))["status"] == "completed"
    assert await sheets(service, project) == LONG
    assert await is_empty(bucket)


async def test_the_clean_up_finds_what_is_left(
    service: Running, ann: Member, project: str, bucket: OwnBucket, proxy: FaultProxy
) -> None:
    storage = service.services.storage
    expired = (await bring(ann.client, project, tale("Jon"))).json()
    kept = (await bring(ann.client, project, tale("Arya"))).json()
    cancelled = (await bring(ann.client, project, tale("Bran"))).headers["location"]
    proxy.plan(Fault.ERROR, "DELETE /", times=8)
    assert (await ann.post(f"{cancelled}/cancel")).status_code == 200
    for name, sealed in (
        ("018f0000-0000-7000-8000-000000000001", False),
        ("018f0000-0000-7000-8000-000000000002", True),
    ):
        async with await storage.create(f"imports/{project}/{name}/source") as upload:
            await upload.write(b"x" * LEAST_PART_BYTES)
            await upload.seal()
            if sealed:
                await upload.publish()
    assert (len(await bucket.keys()), len(await bucket.uploads())) == (4, 1)
    past = update(ImportJob).where(ImportJob.id == UUID(expired["import_id"]))
    async with service.services.sessions.begin() as session:
        await session.execute(past.values(expires_at=text("now() - interval '1 second'")))
    soon = await service.services.clean_up(datetime.now(UTC))
    assert soon.removed[What.IMPORT_FILES] == 2
    assert (len(await bucket.keys()), len(await bucket.uploads())) == (2, 1)
    later = await service.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert (later.removed[What.UNCLAIMED_FILES], later.removed[What.UNFINISHED_UPLOADS]) == (1, 1)
    (key,) = await bucket.keys()
    assert kept["import_id"] in key
    assert (await ann.post(kept["execute_url"], SKIP)).status_code == 200
    assert await is_empty(bucket)
