"""A large file is parsed once: its rows are kept for the execution, which can do without them."""

import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.models import ImportJob
from storyarn_export.domain.imports import ConflictResolution, rows_key
from storyarn_export.imports.kept import KEEP_FROM_ROWS
from storyarn_export.materializer.restaging import BrokenFramesError, FrameReader
from storyarn_export.settings import load_settings
from tests.factories.canonical import canonical, differences
from tests.factories.catalogue import catalogue
from tests.factories.contents import carried, png
from tests.factories.documents import block, document, encode, sheet
from tests.factories.documents_out import export_document
from tests.factories.object_store import REGION, OwnBucket
from tests.factories.rows import Story, new_story

MANY = KEEP_FROM_ROWS // 2
PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class House:
    """Imports into a project, one step at a time."""

    services: Services
    story: Story

    async def look(self, content: bytes) -> ImportJob:
        received = await self.services.imports.receive(
            project_id=self.story.project_id,
            user_id=self.story.owner_id,
            filename="tale.json",
            content=_pieces(content),
        )
        await self.services.imports.run(received.job.id)
        job = await self.job(received.job.id)
        assert job.status == "ready", job.error_message
        return job

    async def execute(self, job: ImportJob, resolution: ConflictResolution) -> ImportJob:
        await self.services.imports.request(
            project_id=self.story.project_id,
            job_id=job.id,
            user_id=self.story.owner_id,
            resolution=resolution,
        )
        await self.services.imports.run(job.id)
        return await self.job(job.id)

    async def job(self, job_id: UUID) -> ImportJob:
        async with self.services.sessions() as session:
            return await session.get_one(ImportJob, job_id)

    async def put(self, key: str, content: bytes) -> None:
        async with await self.services.storage.create(key) as upload:
            await upload.write(content)
            await upload.seal()
            await upload.publish()

    async def bytes_of(self, key: str) -> bytes:
        return b"".join([piece async for piece in self.services.storage.open_read(key)])

    async def keys(self) -> list[str]:
        return [one.key async for one in self.services.storage.files("imports/")]


async def _pieces(content: bytes) -> AsyncIterator[bytes]:
    stream = io.BytesIO(content)
    while piece := stream.read(PIECE_BYTES):
        yield piece


@pytest.fixture(params=["local", "s3"])
async def house(
    request: pytest.FixtureRequest, bulk: asyncpg.Pool, database_url: str, tmp_path: Path, bucket: OwnBucket
) -> AsyncIterator[House]:
    where: dict[str, Any] = {"storage_dir": tmp_path}
    if request.param == "s3":
        where = {
            "storage": "s3",
            "s3_bucket": bucket.name,
            "s3_endpoint_url": bucket.url,
            "s3_region": REGION,
        }
    async with open_services(load_settings(**where), database_url=database_url, role="tests") as services:
        yield House(services, await new_story(bulk))


@cache
def everything() -> bytes:
    """The catalogue among so many sheets that its rows are kept."""
    made = catalogue()
    first = 1 + max(int(one["id"]) for one in made["sheets"] if one["id"].isdecimal())
    below = 5_000_000
    made["sheets"] += [
        sheet(first + n, f"Extra {n}", shortcut=f"extra-{n}", blocks=[block(below + n)]) for n in range(MANY)
    ]
    return encode(made)


async def assert_as_loaded(house: House) -> None:
    """The project is what the document becomes where it is loaded."""
    other = await new_story(house.story.bulk, slug="other")
    loaded = await house.services.load_project(io.BytesIO(everything()), owner_id=other.owner_id)
    found = canonical(await export_document(house.story.bulk, house.story.project_id))
    expected = canonical(await export_document(house.story.bulk, loaded.project_id))
    for one in (found, expected):
        one["project"] = None
    assert list(differences(found, expected)) == []


async def test_its_execution_does_not_parse_it_again(house: House) -> None:
    job = await house.look(everything())
    key = str(job.source_key)
    assert sorted(await house.keys()) == sorted([key, rows_key(key)])
    # Who parsed this would fail.
    await house.put(key, b"no document")
    done = await house.execute(job, ConflictResolution.SKIP)
    assert done.status == "completed", done.error_message
    assert await house.keys() == []
    await assert_as_loaded(house)
    report: dict[str, Any] = done.report or {}
    preview: dict[str, Any] = job.preview or {}
    # What the parser found worth telling is told by both.
    assert {one["code"] for one in preview["warnings"]} <= {one["code"] for one in report["warnings"]}


@pytest.mark.parametrize("house", ["local"], indirect=True)
@pytest.mark.parametrize("resolution", [ConflictResolution.RENAME, ConflictResolution.MERGE])
async def test_what_it_meets_is_settled_as_ever(
    house: House, bulk: asyncpg.Pool, resolution: ConflictResolution
) -> None:
    for _ in range(2):
        job = await house.look(everything())
        await house.put(str(job.source_key), b"no document")
        done = await house.execute(job, resolution)
        assert done.status == "completed", done.error_message
    query = "SELECT count(*) FROM sheets WHERE project_id = $1 AND deleted_at IS NULL AND name LIKE 'Extra %'"
    times = 2 if resolution is ConflictResolution.RENAME else 1
    assert await bulk.fetchval(query, house.story.project_id) == times * MANY


@pytest.mark.parametrize("house", ["local"], indirect=True)
@pytest.mark.parametrize("fate", ["gone", "cut", "other", "foreign"])
async def test_it_is_parsed_where_they_are_of_no_use(house: House, fate: str) -> None:
    job = await house.look(everything())
    kept = rows_key(str(job.source_key))
    stored = await house.bytes_of(kept)
    if fate == "gone":
        await house.services.storage.delete(kept)
    else:
        layout = stored.index(b'"layout":"') + len(b'"layout":"')
        changed = {
            "cut": stored[: len(stored) // 2],
            "other": stored[:layout] + b"0" * 64 + stored[layout + 64 :],
            "foreign": stored[:-200_000] + b"x" * 200_000,
        }[fate]
        assert changed != stored
        await house.put(kept, changed)
    done = await house.execute(job, ConflictResolution.SKIP)
    assert done.status == "completed", done.error_message
    assert await house.keys() == []
    await assert_as_loaded(house)


@pytest.mark.parametrize("content", [b"", b"\0\0", b"\0\0\0\x03ab", b"\0\0\0\x01a", b"\xff\xff\xff\xffa"])
async def test_frames_that_break_off_or_are_none(content: bytes) -> None:
    with pytest.raises(BrokenFramesError):
        async for _ in FrameReader(_pieces(content)).table():
            pass


async def test_what_is_small_or_carries_bytes_is_parsed_again(house: House) -> None:
    few = [sheet(n, f"S{n}", shortcut=f"s-{n}") for n in range(1, KEEP_FROM_ROWS)]
    job = await house.look(encode(document(sheets=few)))
    assert await house.keys() == [job.source_key]
    many = [*few, sheet(KEEP_FROM_ROWS, "Last", shortcut="last")]
    job = await house.look(encode(document(sheets=many, assets=carried(png(100), mode="embedded"))))
    assert rows_key(str(job.source_key)) not in await house.keys()


async def test_they_go_with_the_import(house: House) -> None:
    cancelled, removed = await house.look(everything()), await house.look(everything())
    assert len(await house.keys()) == 4
    await house.services.imports.cancel(house.story.project_id, cancelled.id)
    await house.services.imports.cancel.remove(house.story.project_id, removed.id)
    assert await house.keys() == []
    assert (await house.job(cancelled.id)).status == "cancelled"


async def test_the_clean_up_leaves_them_to_a_living_import(house: House) -> None:
    job = await house.look(everything())
    await house.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert len(await house.keys()) == 2
    # Without their import they are nobody's.
    await house.put(f"imports/{house.story.project_id}/{uuid4()}/rows", b"rows")
    await house.services.clean_up(datetime.now(UTC) + timedelta(hours=2))
    assert len(await house.keys()) == 2
    assert job.expires_at is not None
    await house.services.clean_up(job.expires_at + timedelta(hours=2))
    assert await house.keys() == []
