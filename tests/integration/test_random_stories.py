"""Random projects out and in again: the same documents, and the same rows in every column of every table."""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from storyarn_export.domain.story import TABLES, Kind
from storyarn_export.imports.load import LoadProject
from tests.factories.canonical import canonical, differences, parse
from tests.factories.documents import Json, encode
from tests.factories.documents_out import export_bytes
from tests.factories.importing import opened
from tests.factories.rows import new_story
from tests.factories.stories import BLOCKS, COLUMNS, ELEMENTS, NODES, stories

# The suite runs the short form; `make stories` the long one.
EXAMPLES = int(os.environ.get("STORYARN_STORIES", "25"))
# What no document carries, see test_columns.
LEFT_OUT = ("project_id", "inserted_at", "updated_at", "is_external")
# Nothing names these by id, and the ones that cannot be stored use ids up.
WITHOUT_ID = (
    *(Kind.LANGUAGE, Kind.LOCALIZED_TEXT, Kind.GLOSSARY_ENTRY),
    *(Kind.FLOW_CONNECTION, Kind.SCENE_CONNECTION),
)
SHARED = settings(
    deadline=None,
    derandomize=True,
    database=None,
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


async def load(bulk: asyncpg.Pool, owner_id: int, document: bytes) -> int:
    report = await LoadProject(bulk, max_bytes=2**31, max_entity_bytes=2**24)(
        opened(document), owner_id=owner_id
    )
    return report.project_id


async def empty(bulk: asyncpg.Pool) -> None:
    """No stories, and ids as in the beginning, other ones for each table."""
    await bulk.execute(f"TRUNCATE {', '.join(TABLES.values())}, projects CASCADE")
    for start, table in enumerate(TABLES.values(), start=1):
        await bulk.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {start * 100_000}")


async def rows(bulk: asyncpg.Pool) -> dict[str, list[Any]]:
    """All rows of all story tables, but for what no document carries."""
    found = {}
    for kind, table in TABLES.items():
        left_out = [*LEFT_OUT, "id"] if kind in WITHOUT_ID else [*LEFT_OUT]
        query = f"SELECT (to_jsonb(row) - $1::text[])::text AS row FROM {table} AS row ORDER BY 1"  # noqa: S608 - names are ours
        found[table] = [parse(row["row"]) for row in await bulk.fetch(query, left_out)]
    return found


@pytest.mark.timeout(30 * EXAMPLES)
@SHARED
@given(document=stories())
async def test_a_random_story_is_what_it_was(bulk: asyncpg.Pool, document: Json) -> None:
    await bulk.execute("TRUNCATE users CASCADE")
    owner_id = (await new_story(bulk)).owner_id
    await empty(bulk)
    first = await export_bytes(bulk, await load(bulk, owner_id, encode(document)))
    stored = await rows(bulk)
    # Ids are drawn in the order of the old ones, so that a second load gets those of the first.
    await empty(bulk)
    second = await export_bytes(bulk, await load(bulk, owner_id, first))
    found = [*differences(stored, await rows(bulk), "rows")]
    found += differences(canonical(parse(first)), canonical(parse(second)))
    assert not found, "\n".join(found[:20])


def traits(value: Any, path: str = "") -> Iterator[str]:
    """What a document has: each path of keys with the type of what stands there, and words that name types."""
    match value:
        case dict():
            for key, child in value.items():
                yield from traits(child, f"{path}.{key}")
        case list():
            for child in value:
                yield from traits(child, path)
        case str() if path.endswith((".type", ".target_type", ".pin_type", ".source_type")):
            yield f"{path} {value}"
        case str() if "class=" in value:
            yield f"{path} mention"
        case _:
            yield f"{path} {type(value).__name__}"


def test_random_stories_hold_everything() -> None:
    seen: Counter[str] = Counter()

    @settings(SHARED, max_examples=220)
    @given(document=stories())
    def look(document: Json) -> None:
        seen.update(set(traits(document)))

    look()
    wanted = {
        *(f".sheets.blocks.type {kind}" for kind in BLOCKS),
        *(f".sheets.blocks.table_data.columns.type {kind}" for kind in COLUMNS),
        *(f".flows.nodes.type {kind}" for kind in NODES),
        *(f".screenplays.elements.type {kind}" for kind in ELEMENTS),
        *(f".scenes.pins.target_type {kind}" for kind in ("sheet", "flow", "scene", "url")),
        *(f".scenes.zones.target_type {kind}" for kind in ("sheet", "flow", "scene")),
        *(f".localization.strings.source_type {kind}" for kind in ("flow_node", "block", "sheet", "flow")),
        ".localization.strings.source_type screenplay",
        *(f".flows.nodes.data.{key} {form}" for form in ("int", "str") for key in (
            *("speaker_sheet_id", "audio_asset_id", "location_sheet_id", "scene_id", "referenced_flow_id"),
            "target_id",
        )),
        *(f".screenplays.elements.data.{key} {form}" for form in ("int", "str") for key in (
            *("sheet_id", "left.sheet_id", "right.sheet_id", "choices.linked_screenplay_id"),
        )),
        *(f".sheets.blocks.value.target_id {form}" for form in ("int", "str")),
        ".flows.nodes.data.dual_dialogue.speaker_sheet_id int",
        *(f"{place} mention" for place in (
            *(".sheets.description", ".flows.description", ".scenes.description", ".screenplays.description"),
            *(".sheets.blocks.value.content", ".flows.nodes.data.text", ".flows.nodes.data.responses.text"),
            *(".screenplays.elements.content", ".screenplays.elements.data.left.text"),
            *(".localization.strings.source_text", ".localization.strings.translations.de.translated_text"),
        )),
        ".sheets.hidden_inherited_block_ids str",
        ".sheets.blocks.inherited_from_block_id str",
        ".flows.connections.source_pin str",
        ".scenes.connections.from_pin_id str",
        ".scenes.annotations.layer_id str",
        ".assets.items.id str",
        ".localization.glossary.source_term str",
        ".localization.languages.locale_code str",
    }  # fmt: skip
    assert wanted - seen.keys() == set()
