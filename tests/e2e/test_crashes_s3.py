"""A run that dies on one machine goes on on another; they share the database and the bucket alone."""

import hashlib
import io
import signal
import zipfile
from base64 import b64decode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from storyarn_export.contents.taking import take
from storyarn_export.domain.options import AssetMode, Compression, ExportOptions
from tests.factories.contents import png
from tests.factories.farm import Farm, normal, open_farm
from tests.factories.object_store import OwnBucket
from tests.factories.packed import unpacked

pytestmark = pytest.mark.xdist_group("crashes")
# What is in the documents of when they were asked for.
AT = datetime(2026, 2, 24, 15, 30, tzinfo=UTC)


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


GIVE = text("""
UPDATE assets SET content_type = 'image/png', content_key = :key, content_sha256 = :sha256, content_crc32 = :crc32,
    size = :size, filename = 'a.png'
WHERE id = :id
""")


@pytest.mark.parametrize(
    ("mode", "compression"),
    [
        (AssetMode.BUNDLED, Compression.NONE),
        (AssetMode.EMBEDDED, Compression.NONE),
        (AssetMode.EMBEDDED, Compression.ZSTD),
    ],
)
async def test_bytes_of_assets_are_gone_on_with(
    farm: Farm, bucket: OwnBucket, mode: AssetMode, compression: Compression
) -> None:
    """Parts of an upload end where they are full, which is within an asset nearly always."""
    async with farm.services.sessions.begin() as session:
        ids = list((await session.scalars(text("SELECT id FROM assets ORDER BY id"))).all())
    contents = {asset_id: png(1_500_000, asset_id) for asset_id in ids}
    async with bucket.storage() as storage, farm.services.sessions.begin() as session:
        for asset_id, content in contents.items():
            key = f"assets/{farm.project_id}/0198c3f2-7a51-7c43-9f6e-2f1d3b5a7c91/{asset_id}"
            made = await take(storage, key, _pieces(content), content_type="image/png")
            given = {
                "key": key,
                "sha256": made.sha256,
                "crc32": made.crc32,
                "size": made.size,
                "id": asset_id,
            }
            await session.execute(GIVE, given)
    first = farm.hire()
    options = ExportOptions(include_assets=mode, compression=compression)
    job_id = await farm.ask(options, at=AT)
    await farm.until_checkpoint(job_id)
    first.send_signal(signal.SIGKILL)
    first.wait()
    at_kill = await farm.job(job_id)
    assert at_kill.status == "processing"
    farm.hire()
    job = await farm.until(job_id, "completed", "failed")
    assert (job.status, job.resumed) == ("completed", True)
    file = await bucket.content(str(job.file_key))
    undisturbed = await farm.until(await farm.ask(options, at=AT), "completed", "failed")
    assert file == await bucket.content(str(undisturbed.file_key))
    if compression is not Compression.NONE:
        file = unpacked(file, compression)
    if mode is AssetMode.BUNDLED:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            assert archive.testzip() is None
            assert [archive.read(name) for name in archive.namelist()[:-1]] == list(contents.values())
    else:
        items = orjson.loads(file)["assets"]["items"]
        assert [b64decode(one["data"]) for one in items] == list(contents.values())
    assert await bucket.uploads() == []


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content
