"""A store whose failures are counted does what the store does."""

from collections import Counter
from pathlib import Path

import pytest
from prometheus_client import generate_latest

from storyarn_export.domain.errors import StorageError, UploadLostError
from storyarn_export.storage.contract import Storage
from storyarn_export.storage.counted import CountedStorage
from storyarn_export.storage.local import LocalStorage
from storyarn_export.telemetry.process import process_registry
from tests.factories.scraped import Scraped

KEY = "exports/1/job/run.json"


async def test_a_file_goes_through_it(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    storage: Storage = CountedStorage(LocalStorage(tmp_path), counts)
    async with await storage.create(KEY) as upload:
        await upload.write(b"one ")
        state = await (await upload.mark())
        await upload.write(b"lost")
        assert (upload.key, upload.size) == (KEY, 8)
    assert [one.name async for one in storage.unfinished("exports/")] == [upload.name]
    async with await storage.resume(KEY, state) as upload:
        assert upload.size == 4
        await upload.write(b"two")
        await upload.seal()
        stored = await upload.publish()
    assert stored.size == await storage.size(KEY) == 7
    assert b"".join([chunk async for chunk in storage.open_read(KEY, start=4)]) == b"two"
    assert [one.key async for one in storage.files("exports/")] == [KEY]
    for left in [one async for one in storage.unfinished("exports/")]:
        await storage.drop(left)
    await storage.delete(KEY)
    assert await storage.size(KEY) is None
    assert await storage.writable()
    assert not counts


async def test_failures_are_counted_by_operation(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    counts: Counter[str] = Counter()
    storage = CountedStorage(LocalStorage(tmp_path / "file"), counts)
    for _ in range(2):
        with pytest.raises(StorageError):
            await storage.create(KEY)
    with pytest.raises(StorageError):
        [chunk async for chunk in storage.open_read(KEY)]
    seen = Scraped(generate_latest(process_registry("1", storage_errors=counts)).decode())
    assert seen.value("storyarn_process_storage_errors_total", {"operation": "create"}) == 2
    assert seen.value("storyarn_process_storage_errors_total", {"operation": "read"}) == 1
    assert seen.total("storyarn_process_storage_errors_total") == 3


async def test_an_upload_that_is_lost_is_no_failure_of_the_store(tmp_path: Path) -> None:
    counts: Counter[str] = Counter()
    storage = CountedStorage(LocalStorage(tmp_path), counts)
    async with await storage.create(KEY) as upload:
        await upload.write(b"bytes")
        state = await (await upload.mark())
        await upload.discard()
    with pytest.raises(UploadLostError):
        await storage.resume(KEY, state)
    assert not counts
