"""A bundle with the bytes of many assets: bounded memory, kills, other programs, and back again.

Short here; at full size, 2,000 assets and 1 GiB, by `make bundle`.
"""

import asyncio
import hashlib
import os
import random
import shutil
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from benchmarks.memory import peak_bytes, reset_peak, resident_bytes
from sqlalchemy import text

from storyarn_export.db.models import ExportJob
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.domain.options import AssetMode, ExportOptions
from tests.factories.contents import PNG
from tests.factories.farm import Farm, open_farm
from tests.factories.outages import eventually

MIB = 1024 * 1024
ASSETS = int(os.environ.get("STORYARN_BUNDLE_ASSETS", "150"))
CONTENT_BYTES = int(os.environ.get("STORYARN_BUNDLE_BYTES", str(32 * MIB)))
KILLS = 10
# Of the bytes of the file, so that there are some hundred places to go on from.
CHECKPOINT_BYTES = CONTENT_BYTES // 50
ABOVE_IDLE_BYTES, IMPORT_ABOVE_IDLE_BYTES = 30 * MIB, 64 * MIB
# After a checkpoint: long enough that kills come everywhere, too short for a run to come to its end.
MOMENT_SECONDS = 0.03 + CONTENT_BYTES / (20 * 1024 * MIB)
LIMIT_SECONDS = 60.0 + 4 * CONTENT_BYTES / (10 * MIB)
SEED = 20261126
# When all of them were asked for, which stands in their documents.
AT = datetime(2026, 2, 24, 15, 30, tzinfo=UTC)
QUEUES = "exports,imports"
PIECE_BYTES = 256 * 1024
MORE = text("""
INSERT INTO assets (filename, content_type, size, key, project_id)
SELECT 'pic ' || n || '.png', 'image/png', 1, 'pics/' || n, :project FROM generate_series(1, :many) AS n
""")
PICTURES = text("UPDATE assets SET content_type = 'image/png' WHERE project_id = :project RETURNING id")
STORED = text("SELECT id, content_key, content_sha256 FROM assets WHERE project_id = :project ORDER BY id")

pytestmark = [
    pytest.mark.xdist_group("crashes"),
    pytest.mark.timeout(180 + 10 * LIMIT_SECONDS),
]


@pytest.fixture
async def farm(database_url: str, tmp_path: Path) -> AsyncIterator[Farm]:
    settings = {
        "STORYARN_CHECKPOINT_BYTES": str(CHECKPOINT_BYTES),
        "STORYARN_EXPORT_MAX_ATTEMPTS": str(KILLS + 2),
    }
    async with open_farm(database_url, tmp_path, entities=3_000, settings=settings) as made:
        yield made
    shutil.rmtree(tmp_path, ignore_errors=True)


def sizes() -> list[int]:
    """Of the assets: from a few bytes to twice the average, all of it together CONTENT_BYTES."""
    chance = random.Random(SEED)  # noqa: S311 - sizes, no secrets
    found = [len(PNG) + int(chance.random() * 2 * CONTENT_BYTES / ASSETS) for _ in range(ASSETS)]
    found[-1] = max(len(PNG), CONTENT_BYTES - sum(found[:-1]))
    return found


async def pieces(number: int, size: int) -> AsyncIterator[bytes]:
    """A picture from outside, incompressible, other ones for each number."""
    chance = random.Random(SEED + number)  # noqa: S311 - bytes, no secrets
    yield PNG
    left = size - len(PNG)
    while left:
        piece = chance.randbytes(min(left, PIECE_BYTES))
        left -= len(piece)
        yield piece


async def filled(farm: Farm) -> list[str]:
    """Give bytes to all assets; their digests, in the order of the assets."""
    async with farm.services.sessions.begin() as session:
        seeded = await session.scalar(text("SELECT count(*) FROM assets"))
        await session.execute(MORE, {"project": farm.project_id, "many": ASSETS - int(seeded or 0)})
        found = await session.scalars(PICTURES, {"project": farm.project_id})
        assets = sorted(found.all())
    assert len(assets) == ASSETS
    digests = []
    for number, (asset_id, size) in enumerate(zip(assets, sizes(), strict=True)):
        asset = await farm.services.replace_content(
            project_id=farm.project_id,
            asset_id=asset_id,
            user_id=farm.owner_id,
            pieces=pieces(number, size),
            sha256=None,
        )
        digests.append(str(asset.content_sha256))
    return digests


async def completed(farm: Farm, worker_pid: int | None = None) -> tuple[ExportJob, int]:
    """An export to its end, and what its worker's memory has grown to."""
    if worker_pid is not None:
        reset_peak(worker_pid)
    job_id = await farm.ask(ExportOptions(include_assets=AssetMode.BUNDLED), at=AT)
    job = await ended(farm, job_id)
    assert (job.status, job.resumed) == ("completed", False), job.error_message
    return job, 0 if worker_pid is None else peak_bytes(worker_pid)


async def ended(farm: Farm, job_id: UUID) -> ExportJob:
    async def over() -> bool:
        return (await farm.job(job_id)).status not in {"pending", "processing"}

    await eventually(over, within_seconds=LIMIT_SECONDS)
    return await farm.job(job_id)


async def test_a_large_bundle(farm: Farm) -> None:
    digests = await filled(farm)
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    worker = farm.hire(queues=QUEUES)
    # What a process does once has been done by a small export.
    await farm.until(await farm.ask(ExportOptions(include_assets=AssetMode.NONE)), "completed")
    idle = resident_bytes(worker.pid)
    undisturbed, peak = await completed(farm, worker.pid)
    above = peak - idle
    whole = farm.storage / str(undisturbed.file_key)
    job_id = await farm.ask(ExportOptions(include_assets=AssetMode.BUNDLED), at=AT)
    kills = await farm.kill_at_checkpoints(
        job_id, worker, kills=KILLS, chance=chance, queues=QUEUES, moment_seconds=MOMENT_SECONDS
    )
    job = await ended(farm, job_id)
    assert (job.status, job.resumed) == ("completed", True), job.error_message
    killed = farm.storage / str(job.file_key)
    print(  # noqa: T201 - the figures
        f"\n{ASSETS} assets, {CONTENT_BYTES / MIB:.0f} MiB: {undisturbed.file_size} bytes, {above / MIB:.1f} MiB above"
        f" {idle / MIB:.1f} MiB idle; {kills} kills, {job.attempt} attempts, sha256 {job.sha256}"
    )
    assert kills == KILLS
    assert digest_of(killed) == digest_of(whole) == job.sha256 == undisturbed.sha256
    assert above <= ABOVE_IDLE_BYTES
    await opens_everywhere(whole, digests)
    await comes_back(farm, whole, digests)


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def opens_everywhere(path: Path, digests: list[str]) -> None:
    with zipfile.ZipFile(path) as archive:
        assert await asyncio.to_thread(archive.testzip) is None
        names = archive.namelist()
        assert (len(names), names[-1]) == (ASSETS + 1, "project.json")
        for name, digest in zip(names, digests, strict=False):
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    unzip = shutil.which("unzip")
    if unzip is not None:
        tested = await asyncio.create_subprocess_exec(unzip, "-tqq", path)
        assert await tested.wait() == 0


async def comes_back(farm: Farm, path: Path, digests: list[str]) -> None:
    """Through the queue into a project that is there, and by the program into one of its own."""
    services = farm.services
    worker_pid = farm.workers[-1].pid
    idle = resident_bytes(worker_pid)
    reset_peak(worker_pid)
    empty = int(farm.program.run("projects", "create", "Empty", "--json").json["project_id"])
    received = await services.imports.receive(
        project_id=empty, user_id=farm.owner_id, filename="tale.zip", content=file_pieces(path)
    )
    job_id = UUID(str(received.job.id))
    await import_is(farm, job_id, "ready")
    inline = await services.imports.request(
        project_id=empty, job_id=job_id, user_id=farm.owner_id, resolution=ConflictResolution.SKIP
    )
    if inline:
        await services.imports.run(job_id)
    await import_is(farm, job_id, "completed")
    above = peak_bytes(worker_pid) - idle
    print(f"imported: {above / MIB:.1f} MiB above {idle / MIB:.1f} MiB")  # noqa: T201 - the figures
    assert above <= IMPORT_ABOVE_IDLE_BYTES
    loaded = farm.program.run("projects", "load", str(path), "--json").json
    for project_id in (empty, int(loaded["project_id"])):
        async with services.sessions() as session:
            rows = (await session.execute(STORED, {"project": project_id})).all()
        assert [row.content_sha256 for row in rows] == digests
        for row in rows:
            digest = hashlib.sha256()
            async for chunk in services.storage.open_read(row.content_key):
                digest.update(chunk)
            assert digest.hexdigest() == row.content_sha256


async def file_pieces(path: Path) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece


async def import_is(farm: Farm, job_id: UUID, status: str) -> None:
    query = text("SELECT status, error_message FROM import_jobs WHERE id = :job")

    async def there() -> bool:
        async with farm.services.sessions() as session:
            row = (await session.execute(query, {"job": job_id})).one()
        assert row.status != "failed", row.error_message
        return bool(row.status == status)

    await eventually(there, within_seconds=LIMIT_SECONDS)
