"""Files go when their time is over, and not while someone reads them."""

import asyncio
import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storyarn_export.exports.cleaned import What
from tests.e2e.conftest import Member, Projects, Running
from tests.e2e.problems import assert_problem

NATIVE = {"format": "storyarn"}
LATER = timedelta(days=2)


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


def stored(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("own_service", [{"sync_threshold": 100_000}], indirect=True)
async def test_a_download_comes_to_its_end(ann: Member, projects: Projects, service: Running) -> None:
    project = await projects.make(ann, sheets=60_000)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    root = service.services.settings.local_storage_dir
    digest = hashlib.sha256()
    async with ann.client.stream("GET", job["download_url"]) as response:
        chunks = response.aiter_bytes()
        digest.update(await anext(chunks))
        # Time enough for the server to fill what lies between, and then to wait for us.
        await asyncio.sleep(0.2)
        cleaned = await service.services.clean_up(datetime.now(UTC) + LATER)
        assert (cleaned.removed[What.EXPIRED_FILES], stored(root)) == (1, [])
        async for chunk in chunks:
            digest.update(chunk)
    assert digest.hexdigest() == job["sha256"]
    assert_problem(await ann.get(job["download_url"]), 410, "export-expired")
    shown = (await ann.get(f"/api/projects/{project}/exports/{job['job_id']}")).json()
    assert (shown["status"], shown["sha256"]) == ("completed", job["sha256"])


@pytest.mark.parametrize("own_service", [{"history_days": 1}], indirect=True)
async def test_what_is_forgotten_is_not_there(ann: Member, projects: Projects, service: Running) -> None:
    project = await projects.make(ann, sheets=1)
    job = (await ann.post(f"/api/projects/{project}/exports", NATIVE)).json()
    # Removed and forgotten by one clean-up: the file goes first.
    cleaned = await service.services.clean_up(datetime.now(UTC) + LATER)
    assert cleaned.removed == {What.EXPIRED_FILES: 1, What.OLD_EXPORTS: 1}
    assert_problem(await ann.get(job["download_url"]), 404, "not-found")
    assert (await ann.get(f"/api/projects/{project}/exports")).json()["items"] == []
