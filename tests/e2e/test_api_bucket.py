"""The whole service with its files in a bucket."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select, update

from storyarn_export.db.models import ExportJob
from storyarn_export.exports.cleaned import What
from storyarn_export.storage.s3_parts import LEAST_PART_BYTES
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem
from tests.factories.contents import png
from tests.factories.fault_proxy import FaultProxy
from tests.factories.object_store import OwnBucket
from tests.factories.outages import eventually
from tests.factories.program import Program

NATIVE = {"format": "storyarn"}
# What a store that is away is waited for, and the wait of the job after it.
AWAY_SECONDS = 60


@pytest.fixture
def service(bucket_service: Running) -> Running:
    return bucket_service


redirecting = pytest.mark.parametrize("bucket_service", [{"download_mode": "redirect"}], indirect=True)


async def exported(member: Member, project: str) -> dict[str, Any]:
    """A finished export."""
    job: dict[str, Any] = (await member.post(f"/api/projects/{project}/exports", NATIVE)).json()
    url = f"/api/projects/{project}/exports/{job['job_id']}"

    async def over() -> bool:
        return (await member.get(url)).json()["status"] not in {"pending", "processing"}

    await eventually(over, within_seconds=AWAY_SECONDS)
    job = (await member.get(url)).json()
    assert job["status"] == "completed", job
    return job


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("sheets", [3, 40_000])
async def test_a_file_goes_in_and_comes_out(
    ann: Member, projects: Projects, bucket: OwnBucket, sheets: int
) -> None:
    job = await exported(ann, await projects.make(ann, sheets=sheets))
    whole = await ann.get(job["download_url"])
    assert hashlib.sha256(whole.content).hexdigest() == job["sha256"]
    assert len(whole.content) == job["file_size"] == int(whole.headers["content-length"])
    (key,) = await bucket.keys()
    assert key.startswith("stories/exports/")
    assert await bucket.content(key) == whole.content
    assert await bucket.uploads() == []
    part = await ann.get(job["download_url"], headers={"Range": "bytes=10-99"})
    assert (part.status_code, part.content) == (206, whole.content[10:100])
    head = await ann.client.head(job["download_url"])
    assert (head.status_code, head.headers["etag"]) == (200, whole.headers["etag"])
    assert (await ann.client.delete(f"{job['download_url'].removesuffix('/download')}")).status_code == 204
    assert await bucket.keys() == []


@redirecting
async def test_a_download_may_be_sent_to_the_bucket(
    ann: Member, projects: Projects, proxy: FaultProxy
) -> None:
    job = await exported(ann, await projects.make(ann, sheets=300))
    away = await ann.get(job["download_url"])
    assert (away.status_code, away.headers["cache-control"]) == (307, "private, no-store")
    link = away.headers["location"]
    assert link.startswith(proxy.url)
    assert "X-Amz-Expires=300&" in link
    async with httpx.AsyncClient() as stranger:
        whole = await stranger.get(link)
        part = await stranger.get(link, headers={"Range": "bytes=10-99"})
    assert hashlib.sha256(whole.content).hexdigest() == job["sha256"]
    assert job["filename"] in whole.headers["content-disposition"]
    assert whole.headers["content-type"] == job["content_type"]
    assert (part.status_code, part.content) == (206, whole.content[10:100])
    head = await ann.client.head(job["download_url"])
    assert (head.status_code, head.headers["content-length"]) == (200, str(job["file_size"]))
    same = await ann.get(job["download_url"], headers={"If-None-Match": f'"{job["sha256"]}"'})
    assert same.status_code == 304
    stranger_asks = await ann.client.get(job["download_url"], headers={"Authorization": ""})
    assert stranger_asks.status_code == 401


@redirecting
async def test_the_command_line_follows_without_its_token(
    ann: Member,
    projects: Projects,
    service: Running,
    bucket: OwnBucket,
    proxy: FaultProxy,
    tmp_path: Path,
) -> None:
    project = await projects.make(ann, sheets=300)
    job = await exported(ann, project)
    program = Program(tmp_path, {"STORYARN_SERVER": service.url, "STORYARN_TOKEN": ann.token})
    proxy.heads.clear()
    target = tmp_path / "story.json"
    # What an earlier attempt has left is gone on with.
    (key,) = await bucket.keys()
    whole = await bucket.content(key)
    target.with_name("story.json.part").write_bytes(whole[:1000])
    made = await asyncio.to_thread(
        program.run, "export", project, "--job", job["job_id"], "-o", str(target), "--json"
    )
    assert made.json["path"] == str(target)
    assert target.read_bytes() == whole
    asked = [head.lower() for head in proxy.heads if "range: bytes=1000-" in head.lower()]
    assert asked
    assert not any("if-range" in head for head in asked)
    assert not any(ann.token.lower() in head.lower() for head in proxy.heads)


@pytest.mark.usefixtures("worker")
async def test_what_is_cancelled_leaves_nothing(ann: Member, projects: Projects, bucket: OwnBucket) -> None:
    project = await projects.make(ann, sheets=200_000)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()

    async def stored() -> bool:
        return bool(await bucket.uploads())

    await eventually(stored)
    cancelled = await ann.post(f"/api/projects/{project}/exports/{job['job_id']}/cancel")
    assert cancelled.json()["status"] == "cancelled"

    async def gone() -> bool:
        return not await bucket.uploads() and not await bucket.keys()

    await eventually(gone)


async def test_the_clean_up_aborts_what_is_abandoned(
    ann: Member, projects: Projects, service: Running, bucket: OwnBucket
) -> None:
    project = await projects.make(ann, sheets=1001)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    storage = service.services.storage
    prefix = f"exports/{project}/{job['job_id']}"
    names = []
    for name in ("living", "left"):
        async with await storage.create(f"{prefix}/{name}.json") as upload:
            await upload.write(b"x" * LEAST_PART_BYTES)
            await upload.mark()
            await upload.seal()
            names.append(upload.name)
    async with service.services.sessions.begin() as session:
        of_job = update(ExportJob).where(ExportJob.id == UUID(job["job_id"]))
        checkpoint = {"key": f"{prefix}/living.json", "name": names[0], "size_bytes": 0}
        await session.execute(of_job.values(checkpoint=checkpoint))
    soon = await service.services.clean_up(datetime.now(UTC))
    assert not soon.removed[What.UNFINISHED_UPLOADS]
    later = await service.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert later.removed[What.UNFINISHED_UPLOADS] == 1
    assert await bucket.uploads() == names[:1]
    await ann.post(f"/api/projects/{project}/exports/{job['job_id']}/cancel")
    await service.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert await bucket.uploads() == []


@pytest.mark.usefixtures("worker")
async def test_a_run_waits_for_a_store_that_is_away(
    ann: Member, projects: Projects, service: Running, bucket: OwnBucket, proxy: FaultProxy
) -> None:
    project = await projects.make(ann, sheets=1001)
    proxy.down = True
    assert_problem(await ann.get("/readyz"), 503, "not-ready")
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()

    async def retries() -> int:
        async with service.services.sessions() as session:
            found = await session.scalar(select(ExportJob.retries).where(ExportJob.id == UUID(job["job_id"])))
            return int(found or 0)

    async def tried_again() -> bool:
        return await retries() > 0

    await eventually(tried_again, within_seconds=AWAY_SECONDS)
    proxy.down = False
    assert (await exported(ann, project))["status"] == "completed"
    assert len(await bucket.keys()) == 1
    assert (await ann.get("/readyz")).status_code == 200


async def test_bytes_of_assets_lie_in_the_bucket(
    service: Running, ann: Member, projects: Projects, bucket: OwnBucket
) -> None:
    project = await projects.make(ann)
    asset = await service.services.bulk.fetchval(
        "INSERT INTO assets (filename, content_type, size, key, project_id)"
        " VALUES ('a.png', 'image/png', 1, 'a', $1) RETURNING id",
        int(project),
    )
    url = f"/api/projects/{project}/assets/{asset}/content"
    old, new = png(6 * 1024 * 1024, 1), png(700_000, 2)
    for content in (old, new):
        assert (await ann.client.put(url, content=content)).status_code == 200
        assert (await ann.get(url)).content == content
    assert len(await bucket.keys()) == 2
    await service.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert len(await bucket.keys()) == 1
    assert (await ann.get(url)).content == new
