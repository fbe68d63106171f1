"""Files appear whole or not at all, and come back byte for byte, in ranges too; in every store alike."""

import hashlib
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyarn_export.domain.errors import StorageError, UploadLostError
from storyarn_export.storage.contract import Storage, Unfinished
from storyarn_export.storage.digest import DIALECT, ResumableSha256
from storyarn_export.storage.local import READ_CHUNK_BYTES, LocalStorage
from storyarn_export.storage.local_upload import BUFFER_BYTES
from storyarn_export.storage.s3_parts import LEAST_PART_BYTES
from tests.factories.object_store import new_bucket

KEY = "exports/1/one.storyarn.json"


@dataclass(frozen=True)
class Store:
    """A store and how to look behind it.

    Attributes:
        full_bytes: after a write of so many a place can be marked.
        left: everything that lies in it, by key or name.
        busy: whether it knows who writes.
    """

    storage: Storage
    full_bytes: int
    left: Callable[[], Awaitable[list[str]]]
    busy: bool

    async def put(self, content: bytes, key: str = KEY) -> None:
        async with await self.storage.create(key) as upload:
            await upload.write(content)
            await upload.seal()
            await upload.publish()

    async def read(self, **bounds: int) -> bytes:
        return b"".join([chunk async for chunk in self.storage.open_read(KEY, **bounds)])

    async def uploads(self, prefix: str = "exports/") -> list[Unfinished]:
        return [one async for one in self.storage.unfinished(prefix)]

    async def interrupted(self, *, before: bytes, after: bytes) -> Mapping[str, Any]:
        """The mark of an upload that was closed some bytes after it."""
        async with await self.storage.create(KEY) as upload:
            await upload.write(before)
            durable = await upload.mark()
            await upload.write(after)
            state = await durable
        return json.loads(json.dumps(state))  # type: ignore[no-any-return]


def everything(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


@pytest.fixture(params=["local", "s3"])
async def store(
    request: pytest.FixtureRequest, tmp_path: Path, object_store_url: str
) -> AsyncIterator[Store]:
    if request.param == "local":

        async def files() -> list[str]:
            return everything(tmp_path)

        yield Store(LocalStorage(tmp_path), BUFFER_BYTES, files, busy=True)
        return
    async with new_bucket(object_store_url) as bucket, bucket.storage(prefix="below/") as storage:

        async def objects() -> list[str]:
            return [key.removeprefix("below/") for key in await bucket.keys() + await bucket.uploads()]

        yield Store(storage, LEAST_PART_BYTES, objects, busy=False)


def files_only(left: list[str]) -> list[str]:
    """Without the directories that a file lies in."""
    return [path for path in left if not any(other.startswith(f"{path}/") for other in left)]


async def test_a_file_is_visible_when_complete(store: Store) -> None:
    storage = store.storage
    content = bytes(range(256)) * (3 * store.full_bytes // 256) + b"end"
    async with await storage.create(KEY) as upload:
        for start in range(0, len(content), 100_000):
            await upload.write(content[start : start + 100_000])
        assert await storage.size(KEY) is None
        await upload.seal()
        assert await storage.size(KEY) is None
        stored = await upload.publish()
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert stored.size == len(content) == upload.size == await storage.size(KEY)
    assert files_only(await store.left()) == [KEY]
    assert await store.read() == content


@pytest.mark.parametrize("content", [b"", b"x"])
async def test_a_file_may_be_as_small_as_it_likes(store: Store, content: bytes) -> None:
    await store.put(content)
    assert await store.storage.size(KEY) == len(content)
    assert await store.read() == content


async def test_nothing_stays_of_an_upload_that_is_discarded(store: Store) -> None:
    async with await store.storage.create(KEY) as upload:
        await upload.write(b"x" * (2 * store.full_bytes))
        await upload.discard()
    assert KEY not in await store.left()
    assert await store.uploads() == []


async def test_two_uploads_of_one_key_do_not_mix(store: Store) -> None:
    async with await store.storage.create(KEY) as first, await store.storage.create(KEY) as second:
        await first.write(b"first")
        await second.write(b"second")
        await first.seal()
        await first.publish()
        await second.seal()
        await second.publish()
    assert await store.read() == b"second"
    assert files_only(await store.left()) == [KEY]


@pytest.mark.parametrize(
    ("start", "length"),
    [(0, 0), (0, 1), (5, 10), (READ_CHUNK_BYTES - 1, 2), (999_990, 100), (1_000_000, 5), (2_000_000, 1)],
)
async def test_ranges(store: Store, start: int, length: int) -> None:
    content = b"".join(b"%07d\n" % number for number in range(125_000))
    await store.put(content)
    assert await store.read(start=start, length=length) == content[start : start + length]


async def test_a_store_that_takes_files(store: Store) -> None:
    assert await store.storage.writable()
    assert await store.left() == []


@pytest.mark.parametrize("key", ["../out", "/etc/passwd", "a/../../b", ""])
async def test_keys_stay_inside(store: Store, key: str) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        await store.storage.create(key)


async def test_deleting(store: Store) -> None:
    await store.put(b"content")
    await store.storage.delete(KEY)
    await store.storage.delete(KEY)
    for bounds in ({}, {"length": 0}):
        with pytest.raises(StorageError):
            await store.read(**bounds)
    assert await store.left() == []


async def test_a_reader_may_leave_early(store: Store) -> None:
    await store.put(b"x" * (2 * READ_CHUNK_BYTES))
    chunks = store.storage.open_read(KEY)
    assert 0 < len(await anext(chunks)) <= READ_CHUNK_BYTES
    await chunks.aclose()  # type: ignore[attr-defined]
    assert len(await store.read()) == 2 * READ_CHUNK_BYTES


async def test_going_on_from_a_mark(store: Store) -> None:
    before, rest = b"b" * (store.full_bytes + 7), b"rest" * store.full_bytes
    state = await store.interrupted(before=before, after=b"forgotten" * store.full_bytes)
    async with await store.storage.resume(KEY, state) as upload:
        assert upload.size == len(before)
        assert upload.markable
        assert (await (await upload.mark()))["size"] == len(before)
        await upload.write(rest)
        await upload.seal()
        stored = await upload.publish()
    assert await store.read() == before + rest
    assert (stored.size, stored.sha256) == (len(before + rest), hashlib.sha256(before + rest).hexdigest())
    assert files_only(await store.left()) == [KEY]


async def test_bytes_that_are_removed_are_told(store: Store) -> None:
    state = await store.interrupted(before=b"b" * store.full_bytes, after=b"")
    for one in await store.uploads():
        await store.storage.drop(one)
    with pytest.raises(UploadLostError):
        await store.storage.resume(KEY, state)


async def test_going_on_from_a_seal(store: Store) -> None:
    async with await store.storage.create(KEY) as upload:
        await upload.write(b"content")
        sealed = await upload.seal()
    async with await store.storage.resume(KEY, sealed) as again:
        assert again.size == len(b"content")
        await again.publish()
    assert await store.read() == b"content"
    assert files_only(await store.left()) == [KEY]


async def test_publishing_twice_is_publishing_once(store: Store) -> None:
    async with await store.storage.create(KEY) as upload:
        await upload.write(b"content")
        sealed = await upload.seal()
        async with await store.storage.create("exports/1/other") as other:
            await other.discard()
        first = await upload.publish()
        assert await upload.publish() == first
    async with await store.storage.resume(KEY, sealed) as again:
        assert await again.publish() == first
    assert await store.read() == b"content"


async def test_a_mark_is_over_with_its_upload(store: Store) -> None:
    async with await store.storage.create(KEY) as upload:
        durable = await upload.mark()
        assert (await durable)["size"] == 0
        await upload.write(b"x" * store.full_bytes)
        unsettled = await upload.mark()
        await upload.discard()
    assert unsettled.done()


async def test_what_is_there_is_listed(store: Store) -> None:
    await store.interrupted(before=b"b" * store.full_bytes, after=b"")
    (part,) = await store.uploads()
    assert (part.key, part.busy) == (KEY, False)
    assert await store.uploads("exports/1/o") == [part]
    assert await store.uploads("exports/2/") == []
    await store.put(b"22", "exports/2/two")
    (two,) = [one async for one in store.storage.files("exports/")]
    assert (two.key, two.size) == ("exports/2/two", 2)
    await store.storage.drop(part)
    await store.storage.drop(part)
    assert await store.uploads() == []
    assert files_only(await store.left()) == ["exports/2/two"]


async def test_one_thought_dead_cannot_change_what_its_successor_publishes(store: Store) -> None:
    before, right, wrong = (letter * store.full_bytes for letter in (b"b", b"r", b"w"))
    async with await store.storage.create(KEY) as zombie:
        await zombie.write(before)
        state = await (await zombie.mark())
        async with await store.storage.resume(KEY, state) as successor:
            assert all(one.busy is store.busy for one in await store.uploads())
            for one in await store.uploads():
                if one.name != successor.name:
                    await store.storage.drop(one)
            await successor.write(right)
            await zombie.write(wrong)
            await zombie.write(wrong)
            await zombie.seal()
            await successor.write(right)
            await successor.seal()
            await successor.publish()
            with pytest.raises(StorageError):
                await zombie.publish()
    assert await store.read() == before + right + right
    assert files_only(await store.left()) == [KEY]


async def test_a_directory_that_takes_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    storage = LocalStorage(tmp_path / "file")
    assert not await storage.writable()
    with pytest.raises(StorageError, match="cannot be written"):
        await storage.create(KEY)


async def test_a_directory_is_made_when_needed(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path / "made" / "when" / "needed")
    assert await storage.writable()
    assert everything(tmp_path) == ["made", "made/when", "made/when/needed"]


async def test_a_digest_that_means_nothing_here_is_made_again(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    async with await storage.create(KEY) as upload:
        await upload.write(b"before")
        state = await (await upload.mark())
    async with await storage.resume(KEY, {**state, "digest": "openssl-z80:AAAA"}) as again:
        await again.write(b"after")
        await again.seal()
        stored = await again.publish()
    assert stored.sha256 == hashlib.sha256(b"beforeafter").hexdigest()


async def test_a_part_file_that_is_too_short_is_told(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    async with await storage.create(KEY) as upload:
        await upload.write(b"before")
        state = await (await upload.mark())
    os.truncate(tmp_path / "exports" / "1" / state["part"], 5)
    with pytest.raises(UploadLostError):
        await storage.resume(KEY, state)


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
