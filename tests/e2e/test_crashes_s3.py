"""A run that dies on one machine goes on on another; they share the database and the bucket alone."""

import hashlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.factories.farm import Farm, normal, open_farm
from tests.factories.object_store import OwnBucket

pytestmark = pytest.mark.xdist_group("crashes")


@pytest.fixture
async def farm(database_url: str, tmp_path: Path, bucket: OwnBucket) -> AsyncIterator[Farm]:
    async with open_farm(database_url, tmp_path, settings=bucket.settings()) as made:
        yield made


async def test_another_machine_goes_on(farm: Farm, bucket: OwnBucket, tmp_path: Path) -> None:
    first = farm.hire({"STORYARN_DATA_DIR": str(tmp_path / "first")})
    undisturbed = await farm.until(await farm.ask(), "completed")
    expected = normal(await bucket.content(str(undisturbed.file_key)))
    job_id = await farm.ask()
    await farm.until_checkpoint(job_id)
    first.send_signal(signal.SIGKILL)
    first.wait()
    at_kill = await farm.job(job_id)
    assert at_kill.status == "processing"
    farm.hire({"STORYARN_DATA_DIR": str(tmp_path / "second")})
    job = await farm.until(job_id, "completed", "failed")
    content = await bucket.content(str(job.file_key))
    assert job.resumed
    assert normal(content) == expected
    assert (job.file_size, job.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert await bucket.keys() == sorted([str(undisturbed.file_key), str(job.file_key)])
    assert await bucket.uploads() == []
    assert not any((tmp_path / name).joinpath("storage").exists() for name in ("first", "second"))
