import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from storyarn_export.db.models import ExportJob
from tests.e2e.conftest import Member, Projects, Running

FIELDS = {
    "job_id",
    "project_id",
    "format",
    "options",
    "mode",
    "status",
    "progress",
    "entities",
    "attempt",
    "resumed",
    "created_at",
    "started_at",
    "completed_at",
    "expires_at",
    "eta_seconds",
    "filename",
    "content_type",
    "file_size",
    "sha256",
    "download_url",
    "events_url",
    "validation",
    "verification",
    "losses",
    "error",
}
NATIVE = {"format": "storyarn"}


async def test_up_to_the_threshold_the_file_is_there_at_once(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1000)
    made = await ann.post(f"/api/projects/{project}/exports", NATIVE)
    job = made.json()
    assert made.status_code == 201
    assert set(job) == FIELDS | {"deduplicated"}
    assert (job["mode"], job["status"], job["progress"]) == ("sync", "completed", 100)
    assert job["entities"]["total"] == job["entities"]["processed"] == 1000
    assert job["entities"]["by_section"]["sheets"] == {"total": 1000, "processed": 1000}
    assert job["deduplicated"] is False
    assert job["error"] is None
    assert made.headers["location"] == f"/api/projects/{project}/exports/{job['job_id']}"
    assert job["download_url"] == f"{made.headers['location']}/download"
    assert job["events_url"] == f"{made.headers['location']}/events"
    assert UUID(job["job_id"]).version == 7
    assert job["created_at"].endswith("Z")
    assert "preference-applied" not in made.headers


async def test_above_the_threshold_it_is_queued(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    made = await ann.post(f"/api/projects/{project}/exports", NATIVE)
    job = made.json()
    assert made.status_code == 202
    assert (job["mode"], job["status"], job["progress"]) == ("async", "pending", 0)
    assert made.headers["retry-after"] == "1"
    assert made.headers["location"] == f"/api/projects/{project}/exports/{job['job_id']}"
    assert job["download_url"] is None


async def test_options_are_resolved_and_honoured(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=2, flows=3)
    options = {"include_sheets": False, "pretty_print": True, "flow_ids": []}
    job = (await ann.post(f"/api/projects/{project}/exports", {**NATIVE, "options": options})).json()
    assert job["entities"]["total"] == 0
    assert job["options"] == {
        "include_sheets": False,
        "include_flows": True,
        "include_scenes": True,
        "include_screenplays": True,
        "include_localization": True,
        "include_assets": "references",
        "languages": "all",
        "flow_ids": [],
        "sheet_ids": "all",
        "scene_ids": "all",
        "validate_before_export": True,
        "pretty_print": True,
        "compression": "none",
        "version": "1.0.0",
    }
    document = (await ann.get(job["download_url"])).json()
    assert "sheets" not in document
    assert document["flows"] == []


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        ({}, "invalid-request", "format"),
        ([], "invalid-request", ""),
        ({"format": 1}, "invalid-request", "format"),
        ({"format": "storyarn", "pretty": True}, "invalid-request", "pretty"),
        ({"format": "storyarn", "options": []}, "invalid-options", "options"),
        (
            {"format": "storyarn", "options": {"include_sheets": "no"}},
            "invalid-options",
            "options.include_sheets",
        ),
        ({"format": "storyarn", "options": {"sheets": True}}, "invalid-options", "options.sheets"),
        (
            {"format": "storyarn", "options": {"include_assets": "boxed"}},
            "invalid-options",
            "options.include_assets",
        ),
        ({"format": "storyarn", "options": {"flow_ids": ["77777"]}}, "invalid-options", "options.flow_ids"),
    ],
)
async def test_wrong_exports_are_refused(
    ann: Member, projects: Projects, body: Any, code: str, path: str
) -> None:
    project = await projects.make(ann, sheets=1)
    refused = await ann.post(f"/api/projects/{project}/exports", body)
    assert refused.status_code == 422
    assert refused.headers["content-type"] == "application/problem+json"
    assert (refused.json()["code"], refused.json()["errors"][0]["path"]) == (code, path)
    assert (await ann.get(f"/api/projects/{project}/exports")).json()["items"] == []


async def test_an_unknown_format_lists_the_known(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann)
    refused = await ann.post(f"/api/projects/{project}/exports", {"format": "word"})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown-format")
    assert "storyarn" in refused.json()["known"]


async def test_the_queue_can_be_asked_for(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1)
    wish = {"Prefer": "respond-async"}
    made = await ann.post(f"/api/projects/{project}/exports", NATIVE, headers=wish)
    assert made.status_code == 202
    assert made.headers["preference-applied"] == "respond-async"
    assert made.json()["mode"] == "async"


async def test_an_equal_export_is_not_made_twice(ann: Member, bob: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    await projects.admit(bob, project, "viewer")
    url = f"/api/projects/{project}/exports"
    answers = await asyncio.gather(*(ann.post(url, NATIVE) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["job_id"] for answer in answers}) == 1
    assert sorted(answer.json()["deduplicated"] for answer in answers) == [False, True, True, True]
    other_options = await ann.post(url, {**NATIVE, "options": {"pretty_print": True}})
    other_user = await bob.post(url, NATIVE)
    assert not other_options.json()["deduplicated"]
    assert not other_user.json()["deduplicated"]


async def test_waiting_ends_with_the_time(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    made = await ann.post(f"/api/projects/{project}/exports", NATIVE, headers={"Prefer": "wait=1"})
    assert made.status_code == 202
    assert made.headers["preference-applied"] == "wait=1"
    assert made.json()["status"] == "pending"


async def test_waiting_ends_with_the_export(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    url = f"/api/projects/{project}/exports"
    queued = (await ann.post(url, NATIVE)).json()
    waiting = asyncio.create_task(ann.post(url, NATIVE, headers={"Prefer": "wait=30"}))
    await service.services.run_export(UUID(queued["job_id"]))
    made = await waiting
    # The request may come before or after the end of the first export.
    assert made.status_code in {200, 202} if made.json()["deduplicated"] else made.status_code == 202
    job = (await ann.get(f"{url}/{queued['job_id']}")).json()
    assert (job["status"], job["progress"]) == ("completed", 100)


async def test_exports_are_listed_newest_first(ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1)
    url = f"/api/projects/{project}/exports"
    made = [(await ann.post(url, NATIVE)).json()["job_id"] for _ in range(5)]
    queued = (await ann.post(url, NATIVE, headers={"Prefer": "respond-async"})).json()["job_id"]
    first = (await ann.get(url, params={"limit": 4})).json()
    rest = (await ann.get(url, params={"limit": 4, "cursor": first["next_cursor"]})).json()
    assert [job["job_id"] for job in first["items"] + rest["items"]] == [queued, *reversed(made)]
    assert rest["next_cursor"] is None
    assert all(set(job) == FIELDS for job in first["items"])
    pending = (await ann.get(url, params={"status": "pending"})).json()
    assert [job["job_id"] for job in pending["items"]] == [queued]
    assert len((await ann.get(url, params={"format": "storyarn"})).json()["items"]) == 6
    for query in ("status=done", "format=word", "cursor=eHg"):
        assert (await ann.get(f"{url}?{query}")).status_code == 422


async def test_a_job_is_shown_conditionally(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    url = f"/api/projects/{project}/exports/{job['job_id']}"
    shown = await ann.get(url)
    assert set(shown.json()) == FIELDS
    assert shown.headers["retry-after"] == "1"
    etag = shown.headers["etag"]
    same = await ann.get(url, headers={"If-None-Match": etag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)
    await service.services.run_export(UUID(job["job_id"]))
    changed = await ann.get(url, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.json()["status"] == "completed"
    assert "retry-after" not in changed.headers


async def test_jobs_of_another_project_are_not_found(ann: Member, projects: Projects) -> None:
    one, two = await projects.make(ann, sheets=1), await projects.make(ann, sheets=1)
    job = (await ann.post(f"/api/projects/{one}/exports", NATIVE)).json()["job_id"]
    for job_id in (job, "00000000-0000-7000-8000-000000000000", "x", "1"):
        for path in ("", "/events", "/download"):
            answer = await ann.get(f"/api/projects/{two}/exports/{job_id}{path}")
            assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_failed_job_says_why(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1001)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()["job_id"]
    failed = {"status": "failed", "error_code": "count-mismatch", "error_message": "Short."}
    details = {"hint": "ask again", "kinds": ["sheet"]}
    async with service.services.sessions.begin() as session:
        row = update(ExportJob).where(ExportJob.id == UUID(job))
        await session.execute(row.values(**failed, error_details=details))
    shown = (await ann.get(f"/api/projects/{project}/exports/{job}")).json()
    assert shown["error"] == {"code": "count-mismatch", "message": "Short.", "hint": "ask again"}
    assert shown["download_url"] is None


async def test_an_expired_file_is_not_offered(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    async with service.services.sessions.begin() as session:
        row = update(ExportJob).where(ExportJob.id == UUID(job["job_id"]))
        await session.execute(row.values(expires_at=ExportJob.created_at))
    shown = (await ann.get(f"/api/projects/{project}/exports/{job['job_id']}")).json()
    assert shown["download_url"] is None
    gone = await ann.get(job["download_url"])
    assert (gone.status_code, gone.json()["code"]) == (410, "export-expired")
