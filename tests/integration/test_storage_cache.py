"""A large file that is written does not fill the system's cache."""

import ctypes
import mmap
import os
from pathlib import Path

import pytest

from storyarn_export.storage.local import LocalStorage
from storyarn_export.storage.local_upload import BUFFER_BYTES, CACHED_BYTES

SIZE_BYTES = 4 * CACHED_BYTES
PIECE = b"story" * 20_000


def cached_bytes(path: Path) -> int:
    """How much of a file is in the cache; mincore(2)."""
    with (
        path.open("rb") as file,
        mmap.mmap(file.fileno(), 0, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_WRITE) as mapped,
    ):
        pages = (ctypes.c_ubyte * -(-len(mapped) // mmap.PAGESIZE))()
        place = ctypes.byref(ctypes.c_char.from_buffer(mapped))
        assert ctypes.CDLL(None).mincore(place, ctypes.c_size_t(len(mapped)), pages) == 0
        del place
        return sum(page & 1 for page in pages) * mmap.PAGESIZE


def lets_go(directory: Path) -> bool:
    """Whether the file system takes durable pages out of the cache when it is told to; one in memory does not."""
    path = directory / "probe"
    with path.open("wb") as file:
        file.write(bytes(BUFFER_BYTES))
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return cached_bytes(path) == 0


async def test_a_large_file_leaves_the_cache_while_it_is_written(tmp_path: Path) -> None:
    if not lets_go(tmp_path):
        pytest.skip("the file system of the temporary directory keeps its pages")
    storage = LocalStorage(tmp_path / "store")
    async with await storage.create("exports/1/one") as upload:
        for _ in range(SIZE_BYTES // len(PIECE)):
            await upload.write(PIECE)
        (part,) = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
        assert part.stat().st_size > SIZE_BYTES - 3 * BUFFER_BYTES
        assert cached_bytes(part) <= CACHED_BYTES + 2 * BUFFER_BYTES
        await upload.seal()
        stored = await upload.publish()
    assert cached_bytes(tmp_path / "store" / stored.key) <= BUFFER_BYTES
