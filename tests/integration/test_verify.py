"""A finished file is loaded, exported again and compared, and nothing stays."""

import asyncio
import gzip
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from hypothesis import given

from storyarn_export.domain.options import AssetMode, ExportOptions
from storyarn_export.domain.story import TABLES
from storyarn_export.serializers.formats.storyarn import STORYARN
from storyarn_export.storage.local import LocalStorage
from storyarn_export.verification.comparing import Comparison
from storyarn_export.verification.difference import MAX_DIFFERENCES
from storyarn_export.verification.values import shift_of
from storyarn_export.verification.verify import VerifyFile, Written
from tests.factories.catalogue import catalogue
from tests.factories.documents import Json, document, encode, flow, node, sheet
from tests.factories.documents_out import export_bytes
from tests.factories.rows import Story, new_story
from tests.factories.stories import stories
from tests.integration.test_random_stories import EXAMPLES, SHARED
from tests.integration.test_round_trip import EXAMPLE, REAL, load

KEY = "exports/1/file.json"
# More than are held in memory, and than an import lists.
REFERENCES = 30_000
LIMIT_SECONDS = 60


def many_lines(count: int) -> Json:
    """Two sheets, the second of which speaks so many lines."""
    lines = [node(10 + n, "dialogue", {"text": "Yes", "speaker_sheet_id": 2}) for n in range(count)]
    return document(sheets=[sheet(1), sheet(2)], flows=[flow(3, nodes=lines)])


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    return await new_story(bulk)


async def exported(story: Story, document: bytes) -> bytes:
    return await export_bytes(story.bulk, await load(story, document))


async def verify(
    story: Story,
    tmp_path: Path,
    content: bytes,
    options: ExportOptions | None = None,
    *,
    intact: bool = False,
) -> Comparison:
    file = tmp_path / "store" / KEY
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    before = await rows(story)
    verify_file = VerifyFile(story.bulk, LocalStorage(tmp_path / "store"), max_entity_bytes=2**24)
    written = Written(KEY, len(content), STORYARN, options or ExportOptions(), story.owner_id, intact)
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


def changed(content: bytes, change: Callable[[Any], object]) -> bytes:
    document = json.loads(content)
    change(document)
    return encode(document)


async def test_each_reference_that_an_import_would_empty_is_named(story: Story, tmp_path: Path) -> None:
    content = await exported(story, encode(many_lines(REFERENCES)))
    lost = changed(content, lambda document: document["sheets"].pop())
    done = await verify(story, tmp_path, lost)
    named = [one for one in done.differences.listed if "refers to the sheet" in one.message]
    assert named[0].path == "$.flows[0].nodes[0].data.speaker_sheet_id"
    assert (named[0].expected, named[0].found) == (f'"{json.loads(content)["sheets"][-1]["id"]}"', "null")
    # The references, and what the file says that it holds.
    assert done.differences.count == REFERENCES + 1
    assert len(done.differences.listed) == MAX_DIFFERENCES
    assert done.entities == REFERENCES + 2


async def test_what_the_project_referred_to_in_vain_is_no_difference(story: Story, tmp_path: Path) -> None:
    project = await load(story, encode(many_lines(3)))
    await story.bulk.execute(
        "UPDATE sheets SET deleted_at = now() WHERE id = (SELECT max(id) FROM sheets WHERE project_id = $1)",
        project,
    )
    content = await export_bytes(story.bulk, project)
    done = await verify(story, tmp_path, content, intact=True)
    assert (done.differences.listed, done.emptied) == ([], 3)


async def test_what_the_file_says_itself_that_it_lacks_is_no_difference(story: Story, tmp_path: Path) -> None:
    content = await exported(story, encode(many_lines(3)))

    def lose_and_say_so(document: Any) -> None:
        gone = document["sheets"].pop()
        document["metadata"]["statistics"]["sheet_count"] -= 1
        finding = {"rule": "external_reference", "target_type": "sheet", "target_id": gone["id"]}
        document["metadata"]["validation"] = {
            "status": "passed",
            "errors": [],
            "warnings": [],
            "info": [finding],
        }

    done = await verify(story, tmp_path, changed(content, lose_and_say_so))
    assert (done.differences.listed, done.emptied) == ([], 3)


async def test_an_export_of_chosen_roots_passes(story: Story, tmp_path: Path) -> None:
    project = await load(story, encode(many_lines(3)))
    kept = await story.bulk.fetchval("SELECT min(id) FROM sheets WHERE project_id = $1", project)
    done = await verify(
        story,
        tmp_path,
        await export_bytes(story.bulk, project, sheet_ids=(kept,)),
        ExportOptions(sheet_ids=(kept,)),
    )
    assert (done.differences.listed, done.emptied, done.entities) == ([], 3, 5)


@pytest.mark.parametrize(
    ("change", "path", "expected", "found"),
    [
        (
            lambda document: document["metadata"]["statistics"].update(node_count=99),
            "$.metadata.statistics.node_count",
            "99",
            "3",
        ),
        (
            lambda document: document["metadata"]["statistics"]["word_count"]["by_language"].update(xx=1),
            "$.metadata.statistics.word_count.by_language.xx",
            "1",
            "null",
        ),
        (lambda document: document.pop("metadata"), "$.metadata.statistics", "null", None),
        (lambda document: document["project"].update(slug=None), "$.project.slug", "null", '"verification"'),
    ],
)
async def test_names_and_metadata_are_compared(
    story: Story, tmp_path: Path, change: Callable[[Any], object], path: str, expected: str, found: str | None
) -> None:
    content = await exported(story, encode(many_lines(3)))
    done = await verify(story, tmp_path, changed(content, change))
    (one,) = done.differences.listed
    assert (one.path, one.expected) == (path, expected)
    assert found in {None, one.found}


async def test_verifications_of_one_file_do_not_wait_for_each_other(story: Story, tmp_path: Path) -> None:
    content = await exported(story, encode(catalogue()))
    file = tmp_path / "store" / KEY
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    verify_file = VerifyFile(story.bulk, LocalStorage(tmp_path / "store"), max_entity_bytes=2**24)
    written = Written(KEY, len(content), STORYARN, ExportOptions(), story.owner_id, intact=True)
    async with story.bulk.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        # Where another verification of the file is at it.
        shift = shift_of(other.get_server_pid())
        await other.execute(
            "INSERT INTO sheets (id, name, position, project_id) VALUES ($1, 'Sheet', 0, $2)",
            shift + int(json.loads(content)["sheets"][0]["id"]),
            story.project_id,
        )
        done = await asyncio.wait_for(verify_file(written), LIMIT_SECONDS)
        await transaction.rollback()
    assert done.differences.listed == []


PARTS = (
    ExportOptions(),
    ExportOptions(include_sheets=False, pretty_print=True),
    ExportOptions(include_flows=False, include_assets=AssetMode.NONE),
    ExportOptions(include_scenes=False, languages=("de",)),
)


@pytest.mark.timeout(60 * EXAMPLES)
@SHARED
@given(document=stories())
async def test_files_of_random_stories_pass(
    bulk: asyncpg.Pool, tmp_path_factory: pytest.TempPathFactory, document: Json
) -> None:
    await bulk.execute("TRUNCATE users CASCADE")
    story = await new_story(bulk)
    project = await load(story, encode(document))
    for options in PARTS:
        content = await export_bytes(bulk, project, **asdict(options))
        done = await verify(story, tmp_path_factory.mktemp("store"), content, options)
        assert done.differences.listed == [], options
