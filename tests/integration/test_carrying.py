"""Exports that carry the bytes of assets: embedded and bundled, from the start and from wherever a run stopped."""

import asyncio
import hashlib
import io
import json
import shutil
import zipfile
from base64 import b64decode
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from jsonschema import Draft202012Validator
from uuid_utils.compat import uuid7

from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.contents.taking import PREFIX, take
from storyarn_export.domain.errors import AssetDamagedError
from storyarn_export.domain.options import AssetMode, Compression, ExportOptions
from storyarn_export.exports.document import Stop, reconcile
from storyarn_export.exports.writing import open_writer
from storyarn_export.serializers.formats.storyarn import STORYARN
from storyarn_export.serializers.registry import Header
from storyarn_export.storage.local import LocalStorage
from tests.factories.contents import png
from tests.factories.documents_out import EXPORTED_AT
from tests.factories.packed import unpacked
from tests.factories.rows import Story, new_story

SCHEMA = (
    Path(__file__).parents[2] / "src/storyarn_export/serializers/formats/storyarn/storyarn-1.0.0.schema.json"
)
SIZES = (400_001, 12, 98_304, 98_305, 200_000)
GIVE = """
UPDATE assets SET content_key = $2, content_sha256 = $3, content_crc32 = $4, size = $5, filename = $6 WHERE id = $1
"""
SHEETS = """
INSERT INTO sheets (name, position, project_id)
SELECT repeat(md5(n::text), 6), n, $1 FROM generate_series(1, $2::int) AS n
"""
NAMES = ("Bär & Söhne.png", "../../etc/passwd", "東京.png", "x" * 250 + ".png", "plain.png")
Place = tuple[int, list[str], str]


@dataclass(frozen=True)
class Carrying:
    """A project whose assets have bytes."""

    story: Story
    storage: LocalStorage
    root: Path
    contents: Mapping[int, bytes]

    async def written(
        self, mode: str, *, start: Place | None = None, places: list[Place] | None = None, **options: Any
    ) -> bytes:
        """An export, or what is left of it after a place; `places` takes all those where one could stop."""
        chosen = ExportOptions(include_assets=AssetMode(mode), **options)
        going_on = None if start is None else (Stop.from_json(start[1]), json.loads(start[2]))
        out = b""
        async with open_snapshot(self.story.bulk) as snapshot:
            project = await snapshot.project(self.story.project_id)
            assert project is not None
            counting = await snapshot.begin_census(self.story.project_id, chosen, beside=False)
            serializer = STORYARN.serializer(Header(project, EXPORTED_AT, chosen))
            writer = open_writer(
                snapshot, serializer, self.story.project_id, chosen, counting, self.storage, start=going_on
            )
            async for piece in writer.pieces():
                out += piece
                stop = writer.stop()
                if places is not None and stop is not None:
                    places.append((len(out), stop.to_json(), json.dumps(writer.state())))
            reconcile(serializer.written, await counting)
        return out

    def path(self, asset_id: int) -> Path:
        (found,) = (self.root / "assets").rglob(f"of-{asset_id}")
        return found


@pytest.fixture
async def carrying(bulk: asyncpg.Pool, tmp_path: Path) -> Carrying:
    story, storage = await new_story(bulk), LocalStorage(tmp_path)
    await story.sheet("Anna")
    contents: dict[int, bytes] = {}
    for number, (size, name) in enumerate(zip(SIZES, NAMES, strict=True)):
        asset_id = int(await story.asset(f"a{number}"))
        key = f"{PREFIX}{story.project_id}/{uuid7()}/of-{asset_id}"
        contents[asset_id] = png(size, number)
        content = await take(storage, key, pieces(contents[asset_id]), content_type="image/png")
        await bulk.execute(GIVE, asset_id, content.key, content.sha256, content.crc32, content.size, name)
    return Carrying(story, storage, tmp_path, contents)


async def pieces(content: bytes) -> AsyncIterator[bytes]:
    yield content


def valid(document: Any) -> None:
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(document)


@pytest.mark.parametrize("pretty", [False, True])
async def test_embedded_bytes_are_those_of_the_assets(carrying: Carrying, *, pretty: bool) -> None:
    text = await carrying.written("embedded", pretty_print=pretty)
    document = json.loads(text)
    valid(document)
    items = document["assets"]["items"]
    assert [b64decode(one["data"]) for one in items] == list(carrying.contents.values())
    assert [one["sha256"] for one in items] == [
        hashlib.sha256(one).hexdigest() for one in carrying.contents.values()
    ]
    assert (document["assets"]["mode"], document["metadata"]["validation"]) == ("embedded", None)
    if pretty:
        assert text.decode() == json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    else:
        assert b'":"' in text
        assert text.count(b"\n") == 1


@pytest.mark.parametrize("pretty", [False, True])
async def test_bundles_open_everywhere(carrying: Carrying, tmp_path: Path, *, pretty: bool) -> None:
    text = await carrying.written("bundled", pretty_print=pretty)
    with zipfile.ZipFile(io.BytesIO(text)) as archive:
        assert archive.testzip() is None
        document = json.loads(archive.read("project.json"))
        valid(document)
        items = document["assets"]["items"]
        assert [archive.read(one["path"]) for one in items] == list(carrying.contents.values())
        assert archive.namelist() == [*(one["path"] for one in items), "project.json"]
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    names = [one["path"].partition("-")[2] for one in items]
    assert names == ["Bar_Sohne.png", "file.etc_passwd", "file.png", "x" * 80 + ".png", "plain.png"]
    path = tmp_path / "bundle.zip"
    path.write_bytes(text)
    unzip = shutil.which("unzip")
    if unzip is not None:
        tested = await asyncio.create_subprocess_exec(unzip, "-tqq", path)
        assert await tested.wait() == 0


@pytest.mark.parametrize("mode", ["embedded", "bundled"])
async def test_two_exports_are_the_same(carrying: Carrying, mode: str) -> None:
    assert await carrying.written(mode) == await carrying.written(mode)


@pytest.mark.parametrize("mode", ["embedded", "bundled"])
@pytest.mark.parametrize("pretty", [False, True])
async def test_a_run_goes_on_from_every_place(carrying: Carrying, mode: str, *, pretty: bool) -> None:
    # More than a block of the document, so that places lie within what is deflated.
    await carrying.story.bulk.execute(SHEETS, carrying.story.project_id, 2_000)
    lost = list(carrying.contents)[1]
    carrying.path(lost).unlink()
    places: list[Place] = []
    whole = await carrying.written(mode, pretty_print=pretty, places=places)
    assert len(places) > 10
    assert {stop[0] for _, stop, _ in places} >= {"assets", "sheets"}
    for place in places[:: max(1, len(places) // 25)]:
        rest = await carrying.written(mode, pretty_print=pretty, start=place)
        assert whole[: place[0]] + rest == whole, place[:2]


@pytest.mark.parametrize("compression", [Compression.GZIP, Compression.ZSTD])
async def test_a_compressed_run_goes_on_from_every_place(
    carrying: Carrying, compression: Compression
) -> None:
    # Many blocks, so that places lie within them.
    await carrying.story.bulk.execute(SHEETS, carrying.story.project_id, 12_000)
    places: list[Place] = []
    whole = await carrying.written("embedded", compression=compression, places=places)
    assert unpacked(whole, compression) == await carrying.written("embedded")
    assert len(places) > 5
    assert {stop[0] for _, stop, _ in places} == {"assets", "sheets"}
    for place in places:
        rest = await carrying.written("embedded", compression=compression, start=place)
        assert whole[: place[0]] + rest == whole, place[:2]
    # What waits for a block to be full.
    assert max(len(state) for _, _, state in places) < 800 * 1024


async def test_checkpoints_stay_small(carrying: Carrying) -> None:
    places: list[Place] = []
    await carrying.written("bundled", places=places)
    assert max(len(state) for _, _, state in places) < 100 * 1024


@pytest.mark.parametrize(("mode", "key"), [("embedded", "data"), ("bundled", "path")])
async def test_bytes_that_cannot_be_had_are_told(carrying: Carrying, mode: str, key: str) -> None:
    never, gone = list(carrying.contents)[1], list(carrying.contents)[2]
    await carrying.story.bulk.execute(
        "UPDATE assets SET content_key = NULL, content_sha256 = NULL, content_crc32 = NULL WHERE id = $1",
        never,
    )
    carrying.path(gone).unlink()
    text = await carrying.written(mode)
    if mode == "bundled":
        with zipfile.ZipFile(io.BytesIO(text)) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) == len(SIZES) - 2 + 1
            text = archive.read("project.json")
    document = json.loads(text)
    valid(document)
    bare = [one["id"] for one in document["assets"]["items"] if one[key] is None and one["sha256"] is None]
    assert bare == [str(never), str(gone)]
    validation = document["metadata"]["validation"]
    assert validation["status"] == "not_run"
    assert [(one["rule"], one["source_id"]) for one in validation["warnings"]] == [
        ("asset_bytes_missing", str(never)),
        ("asset_bytes_missing", str(gone)),
    ]


@pytest.mark.parametrize("mode", ["embedded", "bundled"])
async def test_bytes_that_are_damaged_fail_the_export(carrying: Carrying, mode: str) -> None:
    damaged = next(iter(carrying.contents))
    path = carrying.path(damaged)
    content = path.read_bytes()
    for wrong in (content[:-1], content[:-1] + bytes([content[-1] ^ 1])):
        path.write_bytes(wrong)
        with pytest.raises(AssetDamagedError, match=str(damaged)):
            await carrying.written(mode)


async def test_a_project_without_assets(bulk: asyncpg.Pool, tmp_path: Path) -> None:
    story = await new_story(bulk)
    empty = Carrying(story, LocalStorage(tmp_path), tmp_path, {})
    assert json.loads(await empty.written("embedded"))["assets"]["items"] == []
    with zipfile.ZipFile(io.BytesIO(await empty.written("bundled"))) as archive:
        assert archive.namelist() == ["project.json"]
