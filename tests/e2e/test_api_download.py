import hashlib
from base64 import b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from storyarn_export.db.models import ExportJob
from tests.e2e.conftest import Member, Projects, Running

NATIVE = {"format": "storyarn"}


@dataclass(frozen=True)
class Export:
    """A finished export and its bytes."""

    job: dict[str, Any]
    content: bytes

    @property
    def url(self) -> str:
        return str(self.job["download_url"])

    @property
    def etag(self) -> str:
        return f'"{self.job["sha256"]}"'


@pytest.fixture
async def export(ann: Member, projects: Projects) -> Export:
    project = await projects.make(ann, sheets=500, name="Ñandú 東京")
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    return Export(job, (await ann.get(job["download_url"])).content)


async def test_the_whole_file(ann: Member, export: Export) -> None:
    whole = await ann.get(export.url)
    digest = hashlib.sha256(whole.content)
    assert whole.status_code == 200
    assert len(whole.content) == export.job["file_size"] == int(whole.headers["content-length"])
    assert digest.hexdigest() == export.job["sha256"]
    assert whole.headers["etag"] == export.etag
    assert whole.headers["repr-digest"] == f"sha-256=:{b64encode(digest.digest()).decode()}:"
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["cache-control"] == "private, no-store"
    assert whole.headers["content-type"] == export.job["content_type"]
    disposition = whole.headers["content-disposition"]
    assert disposition.startswith('attachment; filename="')
    assert "filename*=UTF-8''" in disposition
    assert export.job["filename"] in disposition


async def test_head_is_get_without_the_bytes(ann: Member, export: Export) -> None:
    whole, head = await ann.get(export.url), await ann.client.head(export.url)
    varying = {"date", "x-request-id", "ratelimit"}
    assert head.content == b""
    assert {name: value for name, value in head.headers.items() if name not in varying} == {
        name: value for name, value in whole.headers.items() if name not in varying
    }
    part = await ann.client.head(export.url, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.headers["content-length"]) == (206, "10")


@pytest.mark.parametrize(
    ("header", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=10-19", 10, 19), ("bytes=100-", 100, None), ("bytes=-7", -7, None)],
)
async def test_one_range(ann: Member, export: Export, header: str, first: int, last: int | None) -> None:
    size = len(export.content)
    begin = first % size
    end = size - 1 if last is None else last
    part = await ann.get(export.url, headers={"Range": header})
    assert part.status_code == 206
    assert part.content == export.content[begin : end + 1]
    assert part.headers["content-range"] == f"bytes {begin}-{end}/{size}"
    assert part.headers["content-length"] == str(end - begin + 1)


@pytest.mark.parametrize("header", ["bytes=0-1,5-6", "items=0-1", "bytes=5-4", "nonsense"])
async def test_ranges_that_may_be_ignored(ann: Member, export: Export, header: str) -> None:
    whole = await ann.get(export.url, headers={"Range": header})
    assert (whole.status_code, whole.content) == (200, export.content)


async def test_a_range_behind_the_end(ann: Member, export: Export) -> None:
    refused = await ann.get(export.url, headers={"Range": f"bytes={len(export.content)}-"})
    assert (refused.status_code, refused.json()["code"]) == (416, "range-not-satisfiable")
    assert refused.headers["content-range"] == f"bytes */{len(export.content)}"


async def test_if_range_honours_the_range_only_for_the_same_file(ann: Member, export: Export) -> None:
    same = await ann.get(export.url, headers={"Range": "bytes=0-9", "If-Range": export.etag})
    other = await ann.get(export.url, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, len(same.content)) == (206, 10)
    assert (other.status_code, other.content) == (200, export.content)


async def test_who_has_the_file_is_told_so(ann: Member, export: Export) -> None:
    same = await ann.get(export.url, headers={"If-None-Match": export.etag})
    assert (same.status_code, same.content) == (304, b"")


async def test_before_the_end_there_is_nothing_to_download(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    early = await ann.get(f"/api/projects/{project}/exports/{job['job_id']}/download")
    assert (early.status_code, early.json()["code"]) == (409, "export-not-ready")
    assert early.headers["retry-after"] == "1"


async def test_a_failed_export_has_no_file(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    async with service.services.sessions.begin() as session:
        row = update(ExportJob).where(ExportJob.id == UUID(job["job_id"]))
        await session.execute(row.values(status="failed", error_code="run-failed"))
    answer = await ann.get(f"/api/projects/{project}/exports/{job['job_id']}/download")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_file_that_was_removed_is_gone(service: Running, ann: Member, export: Export) -> None:
    async with service.services.sessions.begin() as session:
        key = (await session.get_one(ExportJob, export.job["job_id"])).file_key
    assert key is not None
    await service.services.storage.delete(key)
    gone = await ann.get(export.url)
    assert (gone.status_code, gone.json()["code"]) == (410, "export-expired")


async def test_a_reader_that_leaves_halfway_holds_nothing(ann: Member, export: Export) -> None:
    for _ in range(20):
        async with ann.client.stream("GET", export.url) as response:
            assert response.status_code == 200
    assert (await ann.get(export.url)).content == export.content
