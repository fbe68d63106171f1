"""What only an object store can do wrong: lost answers, parts that come late, writers that share an upload."""

import asyncio
import hashlib
import os
import random
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from benchmarks.memory import peak_bytes, reset_peak, resident_bytes

from storyarn_export.domain.errors import StorageError, StorageRefusedError, UploadLostError
from storyarn_export.storage.s3 import S3Storage, open_s3
from storyarn_export.storage.s3_calls import Patience
from storyarn_export.storage.s3_parts import (
    LEAST_PART_BYTES,
    MAX_PART_NUMBER,
    NUMBERS_PER_SIZE,
    Part,
    Parts,
    part_bytes,
)
from tests.factories.fault_proxy import Fault, FaultProxy, fault_proxy
from tests.factories.object_store import OwnBucket
from tests.factories.outages import eventually

KEY = "exports/1/job/run.json"
PIECE = random.Random(1).randbytes(700_000)  # noqa: S311 - bytes to store
IMPATIENT = Patience(tries=3, first_seconds=0.01, longest_seconds=0.02, try_seconds=5)
CREATE, PUT, COMPLETE, ABORT = "uploads", "partNumber=", "POST /", "DELETE /"


@pytest.fixture
async def storage(bucket: OwnBucket) -> AsyncIterator[S3Storage]:
    async with bucket.storage() as made:
        yield made


@pytest.fixture
async def proxy(object_store_url: str) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(object_store_url) as made:
        yield made


@pytest.fixture
async def shaky(bucket: OwnBucket, proxy: FaultProxy) -> AsyncIterator[S3Storage]:
    """The same bucket, through the proxy."""
    async with bucket.storage(url=proxy.url) as made:
        yield made


async def put(storage: S3Storage, *, pieces: int = 18) -> None:
    async with await storage.create(KEY) as upload:
        for _ in range(pieces):
            await upload.write(PIECE)
        await upload.seal()
        stored = await upload.publish()
    assert (stored.size, stored.sha256) == (
        pieces * len(PIECE),
        hashlib.sha256(PIECE * pieces).hexdigest(),
    )


async def test_parts_end_where_writes_do(bucket: OwnBucket, storage: S3Storage) -> None:
    async with await storage.create(KEY) as upload:
        for _ in range(20):
            await upload.write(PIECE)
        await upload.seal()
        listed = await bucket.client.list_parts(Bucket=bucket.name, Key=KEY, UploadId=upload.name)
        sizes = [part["Size"] for part in listed["Parts"]]
    whole = 8 * len(PIECE)
    assert whole - len(PIECE) < LEAST_PART_BYTES <= whole
    assert sizes == [whole, whole, 4 * len(PIECE)]


async def test_an_upload_holds_one_part(storage: S3Storage) -> None:
    # What is loaded and built with the first requests stays.
    await put(storage)
    idle_bytes = resident_bytes(os.getpid())
    reset_peak(os.getpid())
    async with await storage.create(KEY) as upload:
        for _ in range(40):
            await upload.write(PIECE)
        await upload.discard()
    assert LEAST_PART_BYTES / 2 < peak_bytes(os.getpid()) - idle_bytes < 1.5 * LEAST_PART_BYTES


async def test_streams_that_are_cut_anywhere(bucket: OwnBucket, storage: S3Storage) -> None:
    chance = random.Random(2)  # noqa: S311 - sizes of pieces
    content = chance.randbytes(12_000_000)
    place = 0
    async with await storage.create(KEY) as upload:
        while place < len(content):
            size = chance.choice((0, 1, 17, 65_536, 300_000, 6_000_000))
            await upload.write(content[place : place + size])
            place += size
        await upload.seal()
        stored = await upload.publish()
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert await bucket.content(KEY) == content


async def test_a_place_inside_a_part_cannot_be_marked(storage: S3Storage) -> None:
    async with await storage.create(KEY) as upload:
        await upload.write(b"few")
        assert not upload.markable
        with pytest.raises(ValueError, match="inside a part"):
            await upload.mark()
        await upload.discard()


@pytest.mark.parametrize("fault", [fault for fault in Fault if fault is not Fault.DELAY])
@pytest.mark.parametrize("request_part", [CREATE, PUT, COMPLETE])
async def test_each_fault_of_each_request(
    bucket: OwnBucket, shaky: S3Storage, proxy: FaultProxy, fault: Fault, request_part: str
) -> None:
    proxy.plan(fault, request_part, skip=1 if request_part == COMPLETE else 0, times=2)
    await put(shaky)
    assert fault in proxy.struck
    assert await bucket.content(KEY) == PIECE * 18
    assert (await bucket.keys(), await bucket.uploads()) == ([KEY], [])


async def test_an_abort_whose_answer_is_lost(bucket: OwnBucket, shaky: S3Storage, proxy: FaultProxy) -> None:
    proxy.plan(Fault.LOSE_ANSWER, ABORT, times=2)
    async with await shaky.create(KEY) as upload:
        await upload.write(b"x" * LEAST_PART_BYTES)
        await upload.discard()
    assert await bucket.uploads() == []


@pytest.mark.parametrize("seed", range(3))
async def test_one_request_in_five_fails(
    bucket: OwnBucket, shaky: S3Storage, proxy: FaultProxy, seed: int
) -> None:
    proxy.percent, proxy.chance = 20, random.Random(seed)  # noqa: S311 - moments, no secrets
    for number in range(6):
        await put(shaky, pieces=20 + number)
        read = b"".join([chunk async for chunk in shaky.open_read(KEY)])
        assert read == PIECE * (20 + number)
    async with await shaky.create("exports/1/job/other") as upload:
        await upload.write(PIECE * 9)
        await upload.discard()
    assert proxy.struck
    assert (await bucket.keys(), await bucket.uploads()) == ([KEY], [])


async def test_a_read_goes_on_where_it_broke(bucket: OwnBucket, shaky: S3Storage, proxy: FaultProxy) -> None:
    await put(shaky)
    proxy.plan(Fault.RESET_ANSWER, "GET /", times=4)
    read = b"".join([chunk async for chunk in shaky.open_read(KEY, start=5, length=2_000_000)])
    assert read == (PIECE * 18)[5:2_000_005]
    assert len(proxy.struck) == 4
    proxy.down = True
    with pytest.raises(StorageError):
        [chunk async for chunk in shaky.open_read(KEY)]
    assert await bucket.keys() == [KEY]


async def test_a_store_that_stays_away_is_not_waited_for(bucket: OwnBucket, proxy: FaultProxy) -> None:
    async with bucket.storage(url=proxy.url, patience=IMPATIENT) as storage:
        async with await storage.create(KEY) as upload:
            await upload.write(b"x" * LEAST_PART_BYTES)
            durable = await upload.mark()
            proxy.down = True
            began = time.monotonic()
            with pytest.raises(StorageError) as told:
                await upload.write(b"x" * LEAST_PART_BYTES)
            with pytest.raises(StorageError):
                await upload.seal()
            assert told.value.retryable
            assert time.monotonic() - began < IMPATIENT.tries * IMPATIENT.try_seconds
            assert durable.done()
        assert not await storage.writable()
        with pytest.raises(StorageError):
            await storage.create(KEY)


async def test_what_the_store_refuses_is_not_tried_again(bucket: OwnBucket, proxy: FaultProxy) -> None:
    nowhere = OwnBucket(f"{bucket.name}-none", bucket.url, bucket.client)
    async with nowhere.storage(url=proxy.url) as storage:
        assert not await storage.writable()
        with pytest.raises(StorageRefusedError, match="NoSuchBucket") as told:
            await storage.create(KEY)
    assert not told.value.retryable
    assert len(proxy.requests) == 2


async def half(storage: S3Storage) -> dict[str, object]:
    """The mark of an upload that has a part."""
    async with await storage.create(KEY) as upload:
        await upload.write(b"b" * LEAST_PART_BYTES)
        return dict(await (await upload.mark()))


async def test_a_part_that_comes_late_is_not_in_the_file(bucket: OwnBucket, storage: S3Storage) -> None:
    state = await half(storage)
    async with await storage.resume(KEY, state) as zombie, await storage.resume(KEY, state) as successor:
        # Both go on from one place, so that they take the same numbers.
        await successor.write(b"r" * LEAST_PART_BYTES)
        await successor.seal()
        await zombie.write(b"w" * LEAST_PART_BYTES)
        await zombie.seal()
        # The store has the bytes of the one thought dead in the place of the successor's: that is found out.
        with pytest.raises(UploadLostError):
            await successor.publish()
    assert await bucket.keys() == []


async def test_one_thought_dead_goes_on_beside_its_successor(bucket: OwnBucket, storage: S3Storage) -> None:
    async with await storage.create(KEY) as zombie:
        await zombie.write(b"b" * LEAST_PART_BYTES)
        state = await (await zombie.mark())
        await zombie.write(b"w" * LEAST_PART_BYTES)
        async with await storage.resume(KEY, state) as successor:
            await successor.write(b"r" * LEAST_PART_BYTES)
            for _ in range(3):
                await zombie.write(b"w" * LEAST_PART_BYTES)
            await zombie.close()
            await successor.seal()
            await successor.publish()
    assert await bucket.content(KEY) == b"b" * LEAST_PART_BYTES + b"r" * LEAST_PART_BYTES
    assert await bucket.uploads() == []


async def test_one_thought_dead_aborts_the_upload(bucket: OwnBucket, storage: S3Storage) -> None:
    state = await half(storage)
    async with await storage.resume(KEY, state) as successor, await storage.resume(KEY, state) as zombie:
        await zombie.discard()
        await successor.write(b"r" * LEAST_PART_BYTES)
        with pytest.raises(UploadLostError):
            await successor.seal()
    with pytest.raises(UploadLostError):
        await storage.resume(KEY, state)
    assert (await bucket.keys(), await bucket.uploads()) == ([], [])


@pytest.mark.parametrize("wrong", [b"w", b"wr"])
async def test_one_thought_dead_completes_the_upload(storage: S3Storage, wrong: bytes) -> None:
    state = await half(storage)
    async with await storage.resume(KEY, state) as successor, await storage.resume(KEY, state) as zombie:
        await zombie.write(wrong)
        await zombie.seal()
        await zombie.publish()
        await successor.write(b"r")
        # Its file is not the successor's, and is not taken for it.
        with pytest.raises(UploadLostError):
            await successor.seal()


async def test_one_thought_dead_completes_the_same_file(bucket: OwnBucket, storage: S3Storage) -> None:
    async with await storage.create(KEY) as zombie:
        await zombie.write(b"content")
        sealed = await zombie.seal()
        async with await storage.resume(KEY, sealed) as successor:
            first = await zombie.publish()
            assert await successor.publish() == first
    assert await bucket.content(KEY) == b"content"


async def test_a_digest_of_another_machine_begins_anew(storage: S3Storage) -> None:
    with pytest.raises(UploadLostError):
        await storage.resume(KEY, {**await half(storage), "digest": "openssl-z80:AAAA"})


async def test_nothing_is_published_after_a_cancelled_publication(
    bucket: OwnBucket, proxy: FaultProxy
) -> None:
    proxy.delay_seconds = 1.0
    async with bucket.storage(url=proxy.url) as storage:
        upload = await storage.create(KEY)
        await upload.write(b"content")
        await upload.seal()
        proxy.plan(Fault.DELAY, "POST")
        publishing = asyncio.create_task(upload.publish())

        async def on_its_way() -> bool:
            return Fault.DELAY in proxy.struck

        await eventually(on_its_way)
        publishing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await publishing
        # Whoever removes now what is there has removed all.
        seen = await bucket.keys()
        await storage.delete(KEY)
        await asyncio.sleep(2 * proxy.delay_seconds)
        assert (seen, await bucket.keys()) == ([KEY], [])
        await upload.close()


async def test_listings_have_pages(bucket: OwnBucket) -> None:
    for number in range(5):
        await bucket.client.put_object(Bucket=bucket.name, Key=f"exports/{number}", Body=b"x")
    async with open_s3(replace(bucket.place(), page=2)) as storage:
        assert len([one async for one in storage.files("exports/")]) == 5
        async with await storage.create(KEY) as upload:
            for _ in range(5):
                await upload.write(b"x" * LEAST_PART_BYTES)
            state = await upload.seal()
        async with await storage.resume(KEY, state) as again:
            await again.publish()
        assert await storage.size(KEY) == 5 * LEAST_PART_BYTES


async def test_an_upload_was_touched_when_its_newest_part_was(storage: S3Storage) -> None:
    before = time.time()
    await half(storage)
    (one,) = [one async for one in storage.unfinished("exports/")]
    assert abs(one.touched_at.timestamp() - before) < 60


async def test_a_link_is_good_for_a_while(bucket: OwnBucket, storage: S3Storage) -> None:
    link = await storage.link(KEY, disposition="attachment", content_type="a/b", seconds=100_000)
    assert "X-Amz-Expires=300" in link
    assert bucket.name in link


def test_large_files_have_larger_parts() -> None:
    assert part_bytes(1) == part_bytes(NUMBERS_PER_SIZE) == LEAST_PART_BYTES
    assert part_bytes(NUMBERS_PER_SIZE + 1) == 2 * LEAST_PART_BYTES
    assert sum(part_bytes(number) for number in range(1, MAX_PART_NUMBER + 1)) > 300 * 1024**3


def test_the_state_of_ten_thousand_parts_is_small() -> None:
    parts = Parts()
    for number in range(1, MAX_PART_NUMBER + 1):
        parts.add(Part(number, LEAST_PART_BYTES, f'"{number:032x}"', "AAAAAA=="))
    assert len(str(parts.state())) < 200
    with pytest.raises(StorageRefusedError, match="too large"):
        _ = parts.next_number
    assert Parts.found(parts.state(), parts._parts) is not None
    assert Parts.found(parts.state(), parts._parts[:-1]) is None
