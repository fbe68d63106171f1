"""Files that programs of all versions of the format have written are read, and say what they said."""

import gzip
import hashlib
import zipfile
from base64 import b64decode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.domain.options import FORMAT_VERSION, Compression
from storyarn_export.imports.load import LoadReport
from storyarn_export.settings import load_settings
from tests.factories.canonical import canonical, differences, parse
from tests.factories.documents_out import export_bytes
from tests.factories.packed import unpacked
from tests.factories.rows import new_story

GOLDEN = Path(__file__).parents[1] / "golden"
# What is to be read of a file that says more than the present version knows stands beside it.
READ_AS = ".read-as.json"
SUMS = [line.split("  ") for line in (GOLDEN / "SHA256SUMS").read_text().splitlines()]
FILES = [name for _, name in SUMS if not name.endswith(READ_AS)]
CONTENTS = "SELECT content_key FROM assets WHERE project_id = $1 ORDER BY id"


@pytest.fixture
async def services(database_url: str, tmp_path: Path) -> AsyncIterator[Services]:
    async with open_services(
        load_settings(data_dir=tmp_path), database_url=database_url, role="tests"
    ) as made:
        yield made


def said(path: Path) -> tuple[Any, list[bytes | None]]:
    """What a file says, and the bytes of its assets where it has some."""
    twin = path.with_name(path.name.partition(".")[0] + READ_AS)
    if twin.exists():
        return parse(twin.read_bytes()), []
    match path.suffix:
        case ".gz":
            return parse(gzip.decompress(path.read_bytes())), []
        case ".zst":
            return parse(unpacked(path.read_bytes(), Compression.ZSTD)), []
        case ".zip":
            with zipfile.ZipFile(path) as archive:
                document = parse(archive.read("project.json"))
                items = document["assets"]["items"]
                return document, [one["path"] and archive.read(one["path"]) for one in items]
        case _:
            document = parse(path.read_bytes())
            items = document["assets"]["items"]
            return document, [b64decode(one["data"]) for one in items if one.get("data")]


async def stored(services: Services, project_id: int) -> list[bytes | None]:
    keys = [row["content_key"] for row in await services.bulk.fetch(CONTENTS, project_id)]
    return [
        None if key is None else b"".join([chunk async for chunk in services.storage.open_read(key)])
        for key in keys
    ]


def named_only(document: Any) -> Any:
    """A document as if its assets had come without bytes."""
    for one in document["assets"]["items"]:
        for key in ("sha256", "data", "path"):
            one.pop(key, None)
    return {
        **document,
        "storyarn_version": FORMAT_VERSION,
        "assets": {**document["assets"], "mode": "references"},
    }


def test_nobody_has_touched_them() -> None:
    for digest, name in SUMS:
        assert hashlib.sha256((GOLDEN / name).read_bytes()).hexdigest() == digest, name
    found = {
        path.relative_to(GOLDEN).as_posix()
        for path in GOLDEN.glob("*/*")
        if path.parent.name != "__pycache__"
    }
    assert found == {name for _, name in SUMS}


def test_the_present_version_has_some() -> None:
    assert any(name.startswith(f"{FORMAT_VERSION}/") for name in FILES)


@pytest.mark.parametrize("name", FILES)
async def test_it_is_read_and_says_what_it_said(services: Services, name: str) -> None:
    document, contents = said(GOLDEN / name)
    owner_id = (await new_story(services.bulk)).owner_id
    loaded: LoadReport = await services.load_project(GOLDEN / name, owner_id=owner_id)
    again = parse(await export_bytes(services.bulk, loaded.project_id))
    found = list(differences(canonical(named_only(document)), canonical(again)))
    assert not found, "\n".join(found[:20])
    if contents:
        assert await stored(services, loaded.project_id) == contents
    version, _, _ = name.partition("/")
    later = {notice.code for notice in loaded.warnings} & {"later-version", "unknown-key"}
    assert bool(later) == (version > FORMAT_VERSION)
