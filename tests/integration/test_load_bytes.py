"""Bytes of assets that come with a file into a new project: with the rows, or not at all."""

import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.domain.errors import DocumentError, NotFoundError
from storyarn_export.settings import load_settings
from tests.factories.contents import bundle, carried, png
from tests.factories.documents import document, encode, sheet
from tests.factories.rows import new_story

CONTENTS = (png(300_000, 1), png(40, 2))
MODES = ("embedded", "bundled")
STORED = "SELECT content_key FROM assets WHERE project_id = $1 ORDER BY id"


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    settings = load_settings(data_dir=tmp_path / "data")
    async with open_services(settings, database_url=database_url, role="tests") as made:
        yield made


def written(place: Path, mode: str, *contents: bytes, **changes: Any) -> Path:
    assets = carried(*CONTENTS, mode=mode, **changes)
    made = document(sheets=[sheet(1, "Anna", avatar_asset_id="1")], assets=assets)
    path = place / ("tale.zip" if mode == "bundled" else "tale.json")
    path.write_bytes(bundle(made, *(contents or CONTENTS)) if mode == "bundled" else encode(made))
    return path


def files(services: Services) -> list[bytes]:
    top = services.settings.local_storage_dir / "assets"
    return sorted(path.read_bytes() for path in top.rglob("*") if path.is_file())


@pytest.mark.parametrize("mode", MODES)
async def test_bytes_come_with_the_rows(services: Services, tmp_path: Path, mode: str) -> None:
    owner_id = (await new_story(services.bulk)).owner_id
    loaded = await services.load_project(written(tmp_path, mode), owner_id=owner_id)
    assert loaded.warnings == ()
    keys = [row["content_key"] for row in await services.bulk.fetch(STORED, loaded.project_id)]
    assert all(key.startswith(f"assets/{loaded.project_id}/") for key in keys)
    found = [b"".join([chunk async for chunk in services.storage.open_read(key)]) for key in keys]
    assert found == list(CONTENTS)
    assert files(services) == sorted(CONTENTS)


@pytest.mark.parametrize("mode", MODES)
async def test_bytes_that_are_not_what_is_said_leave_nothing(
    services: Services, tmp_path: Path, mode: str
) -> None:
    owner_id = (await new_story(services.bulk)).owner_id
    before = await services.bulk.fetchval("SELECT count(*) FROM projects")
    with pytest.raises(DocumentError) as refused:
        await services.load_project(written(tmp_path, mode, sha256="0" * 64), owner_id=owner_id)
    assert refused.value.document_code == "asset-mismatch"
    assert await services.bulk.fetchval("SELECT count(*) FROM projects") == before
    assert files(services) == []


@pytest.mark.parametrize("mode", MODES)
async def test_an_owner_who_is_not_there_leaves_nothing(
    services: Services, tmp_path: Path, mode: str
) -> None:
    with pytest.raises(NotFoundError):
        await services.load_project(written(tmp_path, mode), owner_id=4711)
    assert files(services) == []


async def test_a_broken_bundle_is_named(services: Services, tmp_path: Path) -> None:
    owner_id = (await new_story(services.bulk)).owner_id
    path = written(tmp_path, "bundled")
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])
    with pytest.raises(DocumentError) as refused:
        await services.load_project(path, owner_id=owner_id)
    assert refused.value.document_code == "invalid-bundle"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.json", "{}")
    with pytest.raises(DocumentError) as refused:
        await services.load_project(path, owner_id=owner_id)
    assert refused.value.document_code == "missing-document"


async def test_a_bundle_without_some_bytes(services: Services, tmp_path: Path) -> None:
    owner_id = (await new_story(services.bulk)).owner_id
    made = json.loads(encode(document(assets=carried(*CONTENTS, mode="bundled"))))
    made["assets"]["items"][0] |= {"sha256": None, "path": None}
    path = tmp_path / "tale.zip"
    path.write_bytes(bundle(made, *CONTENTS))
    loaded = await services.load_project(path, owner_id=owner_id)
    rows = await services.bulk.fetch(STORED, loaded.project_id)
    assert [row["content_key"] is None for row in rows] == [True, False]
    assert files(services) == [CONTENTS[1]]
