import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text, update

from storyarn_export.db.models import ExportJob
from storyarn_export.queueing.queue import EXPORTS, MAINTENANCE
from storyarn_export.verification.endings import Endings, VerificationPolicy
from storyarn_export.verification.run import RunVerification
from storyarn_export.verification.verify import VerifyFile
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running
from tests.factories.documents import document, flow, language, node, sheet, string, translation
from tests.factories.outages import eventually

NATIVE = {"format": "storyarn"}
# As they are, errors of the story and all.
UNLOOKED = {**NATIVE, "options": {"validate_before_export": False}}
QUEUED = {"Prefer": "respond-async"}
ENTRIES = text(
    "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'verify_export' AND status::text = :status"
)
SCRATCH = text("SELECT count(*) FROM projects")


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


@asynccontextmanager
async def working(service: Running) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(serve_worker(service.services, [EXPORTS, MAINTENANCE], stop=stop))
    yield
    stop.set()
    await task


async def entries(service: Running, status: str) -> int:
    async with service.services.sessions() as session:
        return int(await session.scalar(ENTRIES, {"status": status}) or 0)


async def ended(ann: Member, asked: httpx.Response) -> dict[str, Any]:
    """What the export shows of the verification when it is over."""
    shown: dict[str, Any] = {}

    async def over() -> bool:
        shown.update((await ann.get(asked.headers["location"])).json()["verification"])
        return shown["status"] not in {"pending", "running"}

    await eventually(over, within_seconds=60)
    return shown


async def exported(ann: Member, projects: Projects, **asked: Any) -> dict[str, Any]:
    project = await projects.make(ann, sheets=20)
    job: dict[str, Any] = (await ann.post(f"/api/projects/{project}/exports", {**NATIVE, **asked})).json()
    return job


def verify_url(job: dict[str, Any]) -> str:
    return str(job["download_url"]).removesuffix("download") + "verify"


async def test_a_good_file_passes_and_leaves_nothing(ann: Member, projects: Projects) -> None:
    job = await exported(ann, projects)
    before = (await ann.get("/api/projects")).json()
    for _ in range(2):
        found = await ann.post(verify_url(job), {})
        assert found.status_code == 200
        shown = found.json()
        assert (shown["status"], shown["entities"]) == ("equal", job["entities"]["total"])
        assert (shown["emptied"], shown["difference_count"], shown["differences"]) == (0, 0, [])
        assert (await ann.get(found.headers["location"])).json()["verification"] == shown
    assert (await ann.get("/api/projects")).json() == before


async def test_a_file_that_someone_has_changed_fails(
    ann: Member, projects: Projects, service: Running
) -> None:
    job = await exported(ann, projects)
    file = file_of(service, job)
    file.write_bytes(file.read_bytes().replace(b'"color":', b'"mood":"tense","color":', 1))
    found = (await ann.post(verify_url(job), {})).json()
    assert (found["status"], found["difference_count"]) == ("different", 2)
    assert [one["path"] for one in found["differences"]] == ["$", "$.sheets[0].mood"]


async def test_what_cannot_be_verified(ann: Member, projects: Projects, service: Running) -> None:
    job = await exported(ann, projects)
    for values, status, code in (
        ({"format": "other"}, 422, "unknown-format"),
        ({"expires_at": "epoch"}, 410, "export-expired"),
        ({"status": "processing", "expires_at": None, "run_token": job["job_id"]}, 409, "export-not-ready"),
    ):
        await change(service, job, values)
        answer = await ann.post(verify_url(job), {})
        assert (answer.status_code, answer.json()["code"]) == (status, code)


async def change(service: Running, job: dict[str, Any], values: dict[str, Any]) -> None:
    if values.get("expires_at") == "epoch":
        values = {"expires_at": datetime.fromtimestamp(0, UTC)}
    async with service.services.sessions.begin() as session:
        await session.execute(update(ExportJob).where(ExportJob.id == UUID(job["job_id"])).values(**values))


async def test_above_the_threshold_a_worker_does_it(
    ann: Member, projects: Projects, service: Running
) -> None:
    project = await projects.make(ann, sheets=1001)
    async with working(service):
        asked = await ann.post(f"/api/projects/{project}/exports", NATIVE, headers={"Prefer": "wait=30"})
        job = asked.json()
        assert job["verification"] is None
        asked = await ann.post(verify_url(job))
        assert (asked.status_code, asked.headers["retry-after"]) == (202, "1")
        assert (await ended(ann, asked))["status"] == "equal"


async def test_one_that_waits_is_the_answer_and_one_that_is_over_is_followed_by_another(
    ann: Member, projects: Projects, service: Running
) -> None:
    job = await exported(ann, projects)
    asked = await ann.post(verify_url(job), headers=QUEUED)
    assert (asked.status_code, asked.json()["status"]) == (202, "pending")
    assert asked.headers["preference-applied"] == "respond-async"
    again = await ann.post(verify_url(job))
    assert (again.status_code, again.json()) == (202, asked.json())
    assert await entries(service, "todo") == 1
    async with working(service):
        first = await ended(ann, asked)
        assert (first["status"], first["attempt"], first["entities"]) == ("equal", 1, 20)
        second = await ended(ann, await ann.post(verify_url(job), headers=QUEUED))
    assert second["status"] == "equal"
    assert second["requested_at"] > first["finished_at"]
    assert await entries(service, "succeeded") == 2


async def test_the_project_may_change_meanwhile(ann: Member, projects: Projects, service: Running) -> None:
    job = await exported(ann, projects)
    asked = await ann.post(verify_url(job), headers=QUEUED)
    async with service.services.sessions.begin() as session:
        await session.execute(text("UPDATE sheets SET name = 'Else', deleted_at = now()"))
    async with working(service):
        assert (await ended(ann, asked))["status"] == "equal"
    cancelled = await ann.post(f"{asked.headers['location']}/cancel")
    assert (cancelled.status_code, cancelled.json()["code"]) == (409, "not-cancellable")


async def test_deleting_the_export_ends_what_waits(ann: Member, projects: Projects, service: Running) -> None:
    job = await exported(ann, projects)
    asked = await ann.post(verify_url(job), headers=QUEUED)
    assert (await ann.client.delete(asked.headers["location"])).status_code == 204
    assert (await entries(service, "todo"), await entries(service, "cancelled")) == (0, 1)
    gone = await ann.post(verify_url(job))
    assert (gone.status_code, gone.json()["code"]) == (404, "not-found")


async def test_deleting_the_export_ends_what_runs(ann: Member, projects: Projects, service: Running) -> None:
    job = await exported(ann, projects)
    before = await count(service)
    asked = await ann.post(verify_url(job), headers=QUEUED)
    async with service.services.bulk.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        # The load comes as far as this.
        await connection.execute("LOCK TABLE sheets IN ACCESS EXCLUSIVE MODE")
        async with working(service):

            async def runs() -> bool:
                shown = (await ann.get(asked.headers["location"])).json()
                return bool(shown["verification"]["status"] == "running")

            await eventually(runs)
            assert await count(service) == before
            assert (await ann.client.delete(asked.headers["location"])).status_code == 204

            async def over() -> bool:
                return await entries(service, "doing") == 0

            await eventually(over, within_seconds=30)
            assert await entries(service, "aborted") == 1
        await transaction.rollback()
    assert await count(service) == before
    assert (await ann.get(asked.headers["location"])).status_code == 404


async def test_a_file_that_goes_meanwhile_fails_it(ann: Member, projects: Projects, service: Running) -> None:
    job = await exported(ann, projects)
    asked = await ann.post(verify_url(job), headers=QUEUED)
    file_of(service, job).unlink()
    async with working(service):
        shown = await ended(ann, asked)
    assert (shown["status"], shown["error"]["code"]) == ("failed", "export-expired")
    again = await ann.post(verify_url(job))
    assert (again.status_code, again.json()["code"]) == (410, "export-expired")


async def test_a_clean_up_goes_before_verifications(
    ann: Member, projects: Projects, service: Running
) -> None:
    job = await exported(ann, projects)
    await ann.post(verify_url(job), headers=QUEUED)
    async with service.services.sessions.begin() as session:
        await service.services.queue.enqueue_clean_up(session)
        found = await session.scalars(
            text("SELECT task_name FROM procrastinate_jobs ORDER BY priority DESC, id")
        )
    assert list(found) == ["clean_up", "verify_export"]


async def test_a_request_whose_process_died_is_continued_by_a_worker(
    ann: Member, projects: Projects, service: Running
) -> None:
    job = await exported(ann, projects)
    asked = await ann.post(verify_url(job))
    dead = {
        **asked.json(),
        "status": "running",
        "started_at": "2026-01-01T00:00:00+00:00",
        "finished_at": None,
    }
    await change(service, job, {"verification": dead, "verification_run": UUID(job["job_id"])})
    await service.services.verifications.rescue()
    async with working(service):
        shown = await ended(ann, asked)
    assert (shown["status"], shown["attempt"]) == ("equal", 2)


async def test_what_takes_too_long_fails(ann: Member, projects: Projects, service: Running) -> None:
    job = await exported(ann, projects)
    asked = await ann.post(verify_url(job), headers=QUEUED)
    services = service.services
    hasty = RunVerification(
        sessions=services.sessions,
        storage=services.storage,
        formats=services.formats,
        verify=VerifyFile(services.bulk, services.storage, max_entity_bytes=2**24),
        endings=Endings(services.sessions, services.queue, VerificationPolicy(max_attempts=2, max_retries=8)),
        limit_seconds=0,
    )
    await hasty(UUID(job["job_id"]))
    shown = await ended(ann, asked)
    assert (shown["status"], shown["error"]["code"]) == ("failed", "verification-timeout")


LINE = {"text": "Who is there?", "speaker_sheet_id": 1, "localization_id": "dialogue.one"}
TALE = document(
    sheets=[sheet(1, "Ann"), sheet(2, "Bob", parent_id="1")],
    flows=[flow(3, nodes=[node(4, "dialogue", LINE)])],
    localization={
        "source_language": "en",
        "languages": [language("en", is_source=True), language("de", position=1)],
        "strings": [string("flow_node", 4, translations={"de": translation(translated_text="Wer ist da?")})],
        "glossary": [],
    },
)


def one_word_more(tale: dict[str, Any]) -> None:
    tale["localization"]["strings"][0]["translations"]["de"]["translated_text"] += " Hallo!"


def another_parent(tale: dict[str, Any]) -> None:
    tale["sheets"][1]["parent_id"] = "999999"


def one_sheet_less(tale: dict[str, Any]) -> None:
    tale["sheets"].pop(0)


def one_node_more(tale: dict[str, Any]) -> None:
    tale["metadata"]["statistics"]["node_count"] += 1


@pytest.mark.parametrize(
    ("tamper", "path"),
    [
        (one_word_more, "$.metadata.statistics.word_count.by_language.de"),
        (another_parent, "$.sheets[1].parent_id"),
        (one_sheet_less, "$.flows[0].nodes[0].data.speaker_sheet_id"),
        (one_node_more, "$.metadata.statistics.node_count"),
    ],
)
async def test_a_file_that_was_tampered_with_is_told_from_a_good_one(
    ann: Member,
    service: Running,
    tmp_path: Path,
    tamper: Callable[[dict[str, Any]], None],
    path: str,
) -> None:
    story = tmp_path / "tale.json"
    story.write_text(json.dumps(TALE))
    project = await service.services.load_project(story, owner_id=ann.user_id)
    job = (await ann.post(f"/api/projects/{project.project_id}/exports", UNLOOKED)).json()
    assert (await ann.post(verify_url(job))).json()["status"] == "equal"
    file = file_of(service, job)
    tale = json.loads(file.read_bytes())
    tamper(tale)
    file.write_text(json.dumps(tale))
    asked = await ann.post(verify_url(job), headers=QUEUED)
    async with working(service):
        shown = await ended(ann, asked)
    assert shown["status"] == "different"
    first, *others = shown["differences"]
    assert (first["path"], first["expected"]) == ("$", f'"{job["sha256"]}"')
    assert path in {one["path"] for one in others}


def file_of(service: Running, job: dict[str, Any]) -> Path:
    return next(service.services.settings.local_storage_dir.rglob(f"*{job['job_id']}*/*"))


async def count(service: Running) -> int:
    async with service.services.sessions() as session:
        return int(await session.scalar(SCRATCH) or 0)
