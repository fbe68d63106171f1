"""A finished file is loaded, exported again and compared, and nothing stays."""

import gzip
import json
from pathlib import Path

import asyncpg
import pytest

from storyarn_export.domain.options import ExportOptions
from storyarn_export.domain.story import TABLES
from storyarn_export.serializers.formats.storyarn import STORYARN
from storyarn_export.storage.local import LocalStorage
from storyarn_export.verification.comparing import Comparison
from storyarn_export.verification.verify import VerifyFile, Written
from tests.factories.catalogue import catalogue
from tests.factories.documents import encode
from tests.factories.documents_out import export_bytes
from tests.factories.rows import Story, new_story
from tests.integration.test_round_trip import EXAMPLE, REAL, load

KEY = "exports/1/file.json"


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    return await new_story(bulk)


async def exported(story: Story, document: bytes) -> bytes:
    return await export_bytes(story.bulk, await load(story, document))


async def verify(
    story: Story, tmp_path: Path, content: bytes, options: ExportOptions | None = None
) -> Comparison:
    file = tmp_path / "store" / KEY
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    before = await rows(story)
    verify_file = VerifyFile(story.bulk, LocalStorage(tmp_path / "store"), max_entity_bytes=2**24)
    written = Written(KEY, len(content), STORYARN, options or ExportOptions(), story.owner_id)
    done = await verify_file(written)
    assert await rows(story) == before
    return done


async def rows(story: Story) -> dict[str, int]:
    """How many rows the tables of stories hold."""
    tables = {*TABLES.values(), "projects", "project_memberships"}
    return {one: await story.bulk.fetchval(f"SELECT count(*) FROM {one}") for one in sorted(tables)}  # noqa: S608 - names are ours


async def test_the_catalogue_passes(story: Story, tmp_path: Path) -> None:
    done = await verify(story, tmp_path, await exported(story, encode(catalogue())))
    assert done.differences.listed == []
    assert done.entities


async def test_the_example_passes(story: Story, tmp_path: Path) -> None:
    done = await verify(story, tmp_path, await exported(story, EXAMPLE.read_bytes()))
    assert done.differences.listed == []


@pytest.mark.real_data
async def test_the_real_project_passes(story: Story, tmp_path: Path) -> None:
    document = gzip.decompress(REAL.read_bytes()) if REAL.exists() else encode(catalogue())
    done = await verify(story, tmp_path, await exported(story, document))
    assert done.differences.listed == []


async def test_a_connection_to_nothing_is_named(story: Story, tmp_path: Path) -> None:
    document = json.loads(await exported(story, encode(catalogue())))
    flow = next(n for n, one in enumerate(document["flows"]) if one["connections"])
    document["flows"][flow]["connections"][0]["target_node_id"] = "999999999"
    done = await verify(story, tmp_path, encode(document))
    assert done.differences.count
    assert done.differences.listed[0].path == f"$.flows[{flow}].connections[0]"


async def test_what_no_import_keeps_is_named(story: Story, tmp_path: Path) -> None:
    document = json.loads(await exported(story, encode(catalogue())))
    document["sheets"][1]["mood"] = "tense"
    done = await verify(story, tmp_path, encode(document))
    assert [one.path for one in done.differences.listed] == ["$.sheets[1].mood"]


async def test_a_file_that_ends_early_is_a_difference(story: Story, tmp_path: Path) -> None:
    content = await exported(story, encode(catalogue()))
    done = await verify(story, tmp_path, content[: len(content) // 2])
    assert len(done.differences.listed) == done.differences.count == 1


async def test_references_to_sections_that_were_left_out_are_no_losses(story: Story, tmp_path: Path) -> None:
    project = await load(story, encode(catalogue()))
    content = await export_bytes(story.bulk, project, include_sheets=False, include_screenplays=False)
    options = ExportOptions(include_sheets=False, include_screenplays=False)
    done = await verify(story, tmp_path, content, options)
    assert done.differences.listed == []
    assert done.emptied
