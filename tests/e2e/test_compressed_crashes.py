"""Compressed exports whose workers are killed are the files that nobody disturbed."""

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storyarn_export.domain.options import Compression, ExportOptions
from tests.factories.farm import MEBIBYTE, Farm, open_farm
from tests.factories.packed import unpacked

pytestmark = pytest.mark.xdist_group("crashes")
KILLS = 4
SEED = 20261126
# What is in the document of when it was asked for.
AT = datetime(2026, 2, 24, 15, 30, tzinfo=UTC)
SETTINGS = {
    # Some thirty places to go on from.
    "STORYARN_CHECKPOINT_BYTES": str(MEBIBYTE),
    "STORYARN_EXPORT_MAX_ATTEMPTS": str(KILLS + 2),
}


@pytest.fixture
async def farm(database_url: str, tmp_path: Path) -> AsyncIterator[Farm]:
    async with open_farm(database_url, tmp_path, settings=SETTINGS) as made:
        yield made


@pytest.mark.parametrize("compression", [Compression.GZIP, Compression.ZSTD])
async def test_what_was_killed_is_the_same_file(farm: Farm, compression: Compression) -> None:
    chance = random.Random(SEED)  # noqa: S311 - moments, no secrets
    worker = farm.hire()
    options = ExportOptions(compression=compression)
    plain = await farm.until(await farm.ask(at=AT), "completed", "failed")
    undisturbed = await farm.until(await farm.ask(options, at=AT), "completed", "failed")
    packed = farm.content(undisturbed)
    assert unpacked(packed, compression) == farm.content(plain)
    job_id = await farm.ask(options, at=AT)
    kills = await farm.kill_at_checkpoints(job_id, worker, kills=KILLS, chance=chance)
    assert kills == KILLS
    job = await farm.until(job_id, "completed", "failed")
    assert (job.status, job.resumed) == ("completed", True), job.error_message
    assert job.attempt > KILLS
    assert farm.content(job) == packed
    assert job.sha256 == undisturbed.sha256
    assert unpacked(packed, compression) == farm.content(plain)
    assert farm.files() == sorted(str(one.file_key) for one in (plain, undisturbed, job))
