from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update

from storyarn_export.db.models import ExportJob
from tests.e2e.conftest import Member, Projects, Running

NATIVE = {"format": "storyarn"}


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
    file = next(service.services.settings.local_storage_dir.rglob(f"*{job['job_id']}*/*"))
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
