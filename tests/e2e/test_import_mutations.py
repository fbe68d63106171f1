"""Files that are nearly right, and bombs: each one is read or refused with a code; nothing else ever happens.

The long form, as `make fuzz` runs it, takes STORYARN_TEST_MUTANTS files from STORYARN_TEST_FIRST_MUTANT on.
"""

import hashlib
import os
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import orjson
import psutil
import pytest
from sqlalchemy import select

from storyarn_export.db.models import ImportJob
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.domain.lifecycle import ImportStatus
from tests.e2e.conftest import Member, Projects, Running
from tests.factories.bringing import PIECE_BYTES, bring
from tests.factories.documents_out import export_bytes
from tests.factories.mutations import bombs, mutant

MUTANTS = int(os.environ.get("STORYARN_TEST_MUTANTS", "300"))
FIRST = int(os.environ.get("STORYARN_TEST_FIRST_MUTANT", "1"))
BY_HTTP = 40
# So many of those that can be read are executed, too.
EXECUTED_ONE_IN = 5
# Mutants that share the project they are executed into: it grows, and what it held is kept as an export each time.
SHARED_BY = 100
# Above what the first hundred have taken. A leak of a mutant's size would show: they are 40 KiB and more.
MOST_GROWTH_BYTES = 64 * 1024 * 1024
WARM = 100
SECONDS_FOR_EACH = 1


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def state(service: Running, project: str) -> str:
    document = orjson.loads(await export_bytes(service.services.bulk, int(project)))
    return hashlib.sha256(orjson.dumps({**document, "exported_at": None})).hexdigest()


async def received(service: Running, ann: Member, project: str, content: bytes) -> UUID | str:
    """The import of a file, or the code with which it was refused."""

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), PIECE_BYTES):
            yield content[start : start + PIECE_BYTES]

    try:
        received = await service.services.imports.receive(
            project_id=int(project), user_id=ann.user_id, filename="mutant", content=pieces()
        )
    except DocumentError as error:
        return error.document_code if (error.path, error.offset) != (None, None) else f"nowhere: {error}"
    job = received.job
    if job.status == ImportStatus.PARSING:
        await service.services.imports.run(job.id)
    return job.id


async def became(
    service: Running, ann: Member, project: str, content: bytes, number: int, *, execute: bool
) -> str:
    """What a file came to: the code with which it was refused, or the status of its import, which is removed."""
    answer = await received(service, ann, project, content)
    if not isinstance(answer, UUID):
        return answer
    job = await ended(service, answer)
    if job.status == ImportStatus.READY and execute:
        job = await executed(service, ann, project, job)
    assert job.error_code not in {"internal-error", "service-unavailable"}, (number, job.error_message)
    await service.services.imports.cancel.remove(int(project), job.id)
    return job.error_code or job.status


async def ended(service: Running, job_id: UUID) -> ImportJob:
    async with service.services.sessions() as session:
        return (await session.scalars(select(ImportJob).where(ImportJob.id == job_id))).one()


def sources(service: Running) -> list[Path]:
    top = service.services.settings.local_storage_dir / "imports"
    return [path for path in top.rglob("*") if path.is_file()]


@pytest.mark.timeout(120 + MUTANTS * SECONDS_FOR_EACH)
async def test_mutants_are_read_or_refused(service: Running, ann: Member, projects: Projects) -> None:
    project, other = await projects.make(ann, sheets=3, flows=2), ""
    before = await state(service, project)
    codes: Counter[str] = Counter()
    warm_bytes = 0
    for number in range(FIRST, FIRST + MUTANTS):
        if number % SHARED_BY == FIRST % SHARED_BY:
            other = await projects.make(ann)
        into = other if number % EXECUTED_ONE_IN == 0 else project
        codes[await became(service, ann, into, mutant(number), number, execute=into == other)] += 1
        if number == FIRST + WARM:
            warm_bytes = psutil.Process().memory_info().rss
    assert not [code for code in codes if code.startswith("nowhere")]
    assert await state(service, project) == before
    assert sources(service) == []
    grown_bytes = psutil.Process().memory_info().rss - warm_bytes
    print(f"{MUTANTS} mutants, {grown_bytes >> 20} MiB grown: {codes.most_common()}")  # noqa: T201 - the figures
    assert grown_bytes <= MOST_GROWTH_BYTES
    assert codes[ImportStatus.COMPLETED]
    assert len(codes) > len(("ready", "completed", "and several refusals"))


async def executed(service: Running, ann: Member, project: str, job: ImportJob) -> ImportJob:
    imports = service.services.imports
    resolution = list(ConflictResolution)[(job.entities_total or 0) % len(ConflictResolution)]
    await imports.request(project_id=int(project), job_id=job.id, user_id=ann.user_id, resolution=resolution)
    await imports.run(job.id)
    return await ended(service, job.id)


async def test_mutants_by_http(service: Running, ann: Member, projects: Projects) -> None:
    project = await projects.make(ann, sheets=3, flows=2)
    before = await state(service, project)
    for number in range(FIRST, FIRST + BY_HTTP):
        answer = await bring(ann.client, project, mutant(number))
        assert answer.status_code in {201, 202, 422}, (number, answer.text)
        if answer.is_client_error:
            problem = answer.json()
            assert "path" in problem or "offset" in problem, (number, problem)
        else:
            assert (await ann.client.delete(answer.headers["location"])).status_code == 204
    assert await state(service, project) == before
    assert sources(service) == []


@pytest.mark.parametrize(
    ("name", "content"), tuple(bombs()), ids=lambda value: value if isinstance(value, str) else ""
)
async def test_bombs(service: Running, ann: Member, projects: Projects, name: str, content: bytes) -> None:
    project = await projects.make(ann)
    answer = await received(service, ann, project, content)
    if isinstance(answer, UUID):
        job = await ended(service, answer)
        assert (job.status, job.error_code) != (ImportStatus.READY, None), name
        answer = str(job.error_code)
    assert answer not in {"internal-error", "service-unavailable", "None"}, name
    assert sources(service) == []
