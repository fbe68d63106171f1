"""Files appear whole or not at all, and come back byte for byte, in ranges too."""

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyarn_export.domain.errors import StorageError, UploadLostError
from storyarn_export.storage.contract import Unfinished
from storyarn_export.storage.digest import DIALECT, ResumableSha256
from storyarn_export.storage.local import READ_CHUNK_BYTES, LocalStorage
from storyarn_export.storage.local_upload import WRITE_BUFFER_BYTES

KEY = "exports/1/one.storyarn.json"


def files(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def everything(root: Path) -> list[Path]:
    return list(root.rglob("*"))


async def read(storage: LocalStorage, **bounds: int) -> bytes:
    return b"".join([chunk async for chunk in storage.open_read(KEY, **bounds)])


async def test_a_file_is_visible_when_complete(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    content = bytes(range(256)) * (3 * WRITE_BUFFER_BYTES // 256) + b"end"
    async with await storage.create(KEY) as upload:
        for start in range(0, len(content), 100_000):
            await upload.write(content[start : start + 100_000])
        assert await storage.size(KEY) is None
        await upload.seal()
        assert await storage.size(KEY) is None
        stored = await upload.publish()
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.size == len(content) == await storage.size(KEY)
    assert files(tmp_path) == [KEY]
    assert await read(storage) == content


async def test_nothing_stays_of_an_upload_that_is_discarded(tmp_path: Path) -> None:
    async with await LocalStorage(tmp_path).create(KEY) as upload:
        await upload.write(b"x" * (2 * WRITE_BUFFER_BYTES))
        await upload.discard()
    assert files(tmp_path) == []


async def test_two_uploads_of_one_key_do_not_mix(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    async with await storage.create(KEY) as first, await storage.create(KEY) as second:
        await first.write(b"first")
        await second.write(b"second")
        await first.seal()
        await first.publish()
        await second.seal()
        await second.publish()
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
        await upload.seal()
        await upload.publish()
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
        await upload.seal()
        await upload.publish()
    await storage.delete(KEY)
    await storage.delete(KEY)
    with pytest.raises(StorageError, match="cannot be read"):
        await read(storage)
    assert everything(tmp_path) == []


async def listed(storage: LocalStorage, prefix: str = "exports/") -> list[Unfinished]:
    return [one async for one in storage.unfinished(prefix)]


async def interrupted(storage: LocalStorage, *, before: bytes, after: bytes) -> Mapping[str, Any]:
    """The mark of an upload that was closed some bytes after it."""
    async with await storage.create(KEY) as upload:
        await upload.write(before)
        durable = await upload.mark()
        await upload.write(after)
        state = await durable
    return json.loads(json.dumps(state))  # type: ignore[no-any-return]


async def test_going_on_from_a_mark(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    before, rest = b"b" * (WRITE_BUFFER_BYTES + 7), b"rest" * WRITE_BUFFER_BYTES
    state = await interrupted(storage, before=before, after=b"forgotten" * WRITE_BUFFER_BYTES)
    async with await LocalStorage(tmp_path).resume(KEY, state) as upload:
        assert upload.size == len(before)
        await upload.write(rest)
        await upload.seal()
        stored = await upload.publish()
    assert await read(storage) == before + rest
    assert (stored.size, stored.sha256) == (len(before + rest), hashlib.sha256(before + rest).hexdigest())
    assert files(tmp_path) == [KEY]


async def test_a_digest_that_means_nothing_here_is_made_again(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    state = await interrupted(storage, before=b"before", after=b"")
    async with await storage.resume(KEY, {**state, "digest": "openssl-z80:AAAA"}) as upload:
        await upload.write(b"after")
        await upload.seal()
        stored = await upload.publish()
    assert stored.sha256 == hashlib.sha256(b"beforeafter").hexdigest()


@pytest.mark.parametrize("damage", [Path.unlink, lambda part: os.truncate(part, 5)])
async def test_bytes_that_are_gone_are_told(tmp_path: Path, damage: Callable[[Path], None]) -> None:
    storage = LocalStorage(tmp_path)
    state = await interrupted(storage, before=b"before", after=b"")
    damage(tmp_path / "exports" / "1" / state["part"])
    with pytest.raises(UploadLostError):
        await storage.resume(KEY, state)


async def test_one_thought_dead_cannot_change_what_its_successor_publishes(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    async with await storage.create(KEY) as zombie:
        await zombie.write(b"before")
        state = await (await zombie.mark())
        async with await storage.resume(KEY, state) as successor:
            assert {one.name for one in await listed(storage)} == {zombie.name, successor.name}
            assert all(one.busy for one in await listed(storage))
            for one in await listed(storage):
                if one.name != successor.name:
                    await storage.drop(one)
            await successor.write(b" right")
            await zombie.write(b" wrong" * WRITE_BUFFER_BYTES)
            await zombie.seal()
            with pytest.raises(StorageError):
                await zombie.publish()
            await successor.seal()
            await successor.publish()
    assert await read(storage) == b"before right"
    assert files(tmp_path) == [KEY]


async def test_publishing_twice_is_publishing_once(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    async with await storage.create(KEY) as upload:
        await upload.write(b"content")
        sealed = await upload.seal()
        async with await storage.create("exports/1/other") as other:
            await other.discard()
        first = await upload.publish()
    async with await storage.resume(KEY, sealed) as again:
        assert await again.publish() == first
    assert await read(storage) == b"content"


async def test_what_is_there_is_listed(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    state = await interrupted(storage, before=b"before", after=b"")
    (part,) = await listed(storage)
    assert (part.key, part.name, part.busy) == (KEY, state["part"], False)
    assert await listed(storage, "exports/1/o") == [part]
    assert await listed(storage, "exports/2/") == []
    async with await storage.create("exports/2/two") as upload:
        await upload.write(b"22")
        await upload.seal()
        await upload.publish()
    (two,) = [one async for one in storage.files("exports/")]
    assert (two.key, two.size) == ("exports/2/two", 2)
    await storage.drop(part)
    await storage.drop(part)
    assert await listed(storage) == []
    assert files(tmp_path) == ["exports/2/two"]


@given(st.lists(st.binary(max_size=300)), st.integers(min_value=0))
def test_a_digest_is_put_down_and_taken_up(pieces: list[bytes], place: int) -> None:
    digest = ResumableSha256()
    for index, piece in enumerate(pieces):
        if pieces and index == place % len(pieces):
            taken_up = ResumableSha256.from_state(digest.state())
            assert taken_up is not None
            digest = taken_up
        digest.update(piece)
    expected = hashlib.sha256(b"".join(pieces)).hexdigest()
    assert digest.hexdigest() == digest.hexdigest() == expected


@pytest.mark.parametrize("state", [None, "", "openssl", "other:AAAA", f"{DIALECT}:AAAA"])
def test_a_state_of_something_else_is_refused(state: str | None) -> None:
    assert ResumableSha256.from_state(state) is None
