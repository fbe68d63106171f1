"""Files appear whole or not at all, and come back byte for byte, in ranges too."""

import hashlib
from pathlib import Path

import pytest

from storyarn_export.domain.errors import StorageError
from storyarn_export.storage.local import READ_CHUNK_BYTES, WRITE_BUFFER_BYTES, LocalStorage

KEY = "exports/1/one.storyarn.json"


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


async def read(storage: LocalStorage, **bounds: int) -> bytes:
    return b"".join([chunk async for chunk in storage.open_read(KEY, **bounds)])


async def test_a_file_is_visible_when_complete(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    content = bytes(range(256)) * (3 * WRITE_BUFFER_BYTES // 256) + b"end"
    async with await storage.create(KEY) as upload:
        for start in range(0, len(content), 100_000):
            await upload.write(content[start : start + 100_000])
        assert await storage.size(KEY) is None
        stored = await upload.complete()
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.size == len(content) == await storage.size(KEY)
    assert files(tmp_path) == [KEY]
    assert await read(storage) == content


async def test_nothing_stays_of_an_upload_that_is_left(tmp_path: Path) -> None:
    async with await LocalStorage(tmp_path).create(KEY) as upload:
        await upload.write(b"x" * (2 * WRITE_BUFFER_BYTES))
    assert files(tmp_path) == []


async def test_two_uploads_of_one_key_do_not_mix(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    async with await storage.create(KEY) as first, await storage.create(KEY) as second:
        await first.write(b"first")
        await second.write(b"second")
        await first.complete()
        await second.complete()
    assert await read(storage) == b"second"
    assert files(tmp_path) == [KEY]


@pytest.mark.parametrize(
    ("start", "length"), [(0, 0), (0, 1), (5, 10), (READ_CHUNK_BYTES - 1, 2), (999_990, 100)]
)
async def test_ranges(tmp_path: Path, start: int, length: int) -> None:
    storage = LocalStorage(tmp_path)
    content = b"".join(b"%07d\n" % number for number in range(125_000))
    async with await storage.create(KEY) as upload:
        await upload.write(content)
        await upload.complete()
    assert await read(storage, start=start, length=length) == content[start : start + length]


async def test_a_directory_that_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    storage = LocalStorage(tmp_path / "file")
    assert not await storage.writable()
    with pytest.raises(StorageError, match="cannot be written"):
        await storage.create(KEY)


async def test_a_directory_that_takes_files(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "made" / "when" / "needed")
    assert await storage.writable()
    assert files(tmp_path) == []


@pytest.mark.parametrize("key", ["../out", "/etc/passwd", "a/../../b", ""])
async def test_keys_stay_inside(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        await LocalStorage(tmp_path).create(key)


async def test_deleting(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    async with await storage.create(KEY) as upload:
        await upload.complete()
    await storage.delete(KEY)
    await storage.delete(KEY)
    with pytest.raises(StorageError, match="cannot be read"):
        await read(storage)
