"""Imports that overwrite or merge: what the file changes, and what it leaves alone."""

from hashlib import sha256

import asyncpg
import pytest

from storyarn_export.domain.imports import ImportSection, SectionReport
from storyarn_export.domain.story import TABLES, Kind
from tests.factories.documents import (
    Json,
    block,
    document,
    encode,
    flow,
    mention,
    node,
    pin,
    screenplay,
    sheet,
    table_row,
    wire,
)
from tests.factories.importing import Look, execute
from tests.factories.overlapping import base, with_rest
from tests.factories.rows import Story, new_story


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    # New ids start elsewhere for each table, so that one taken for another shows.
    for start, table in enumerate(TABLES.values(), start=1):
        await bulk.execute(f"ALTER TABLE {table} ALTER COLUMN id RESTART WITH {start * 100_000}")
    return await new_story(bulk)


@pytest.fixture
def look(story: Story) -> Look:
    return Look(story)


async def test_overwrite_takes_the_place_and_the_references(story: Story, look: Look) -> None:  # noqa: PLR0915 - one a line
    await with_rest(story)
    old = {
        table: await look.id(table, shortcut=name) for table, name in (("sheets", "mc"), ("flows", "main"))
    }
    old_text = await story.bulk.fetchval(
        "SELECT id FROM localized_texts WHERE source_field = 'text' AND source_text = 'Hi'"
    )
    report = await execute(story, base("wild"), "overwrite")
    assert report.sections[ImportSection.SHEETS] == SectionReport(updated=2)
    assert report.sections[ImportSection.FLOWS] == SectionReport(updated=2)
    assert report.sections[ImportSection.STRINGS] == SectionReport(created=2)
    assert report.sections[ImportSection.LANGUAGES] == SectionReport(updated=2)
    assert report.sections[ImportSection.GLOSSARY] == SectionReport(updated=1)
    assert report.sections[ImportSection.ASSETS] == SectionReport(skipped=1)
    assert (report.unresolved, report.warnings) == ((), ())

    assert await story.bulk.fetchval("SELECT deleted_at IS NOT NULL FROM sheets WHERE id = $1", old["sheets"])
    assert await story.bulk.fetchval("SELECT count(*) FROM localized_texts WHERE id = $1", old_text) == 1
    hero, jaime = await look.id("sheets", shortcut="mc"), await look.id("sheets", shortcut="mc.jaime")
    assert hero != old["sheets"]
    main, called = await look.id("flows", shortcut="main"), await look.id("flows", shortcut="called")
    town, script = await look.id("scenes", shortcut="map"), await look.id("screenplays", shortcut="script")
    assert await look.value("sheets", "description", hero) == "wild"
    assert await look.value("flows", "is_main", main) is True

    child, heir = await look.id("sheets", shortcut="child"), await look.id("sheets", shortcut="heir")
    assert await look.value("sheets", "parent_id", child) == hero
    assert await look.value("sheets", "description", child) == mention("sheet", hero) + mention("flow", main)
    hp = await look.id("blocks", sheet_id=hero, variable_name="hp")
    assert await look.value("sheets", "hidden_inherited_block_ids", heir) == [hp]
    inherited = await look.id("blocks", sheet_id=heir, variable_name="hp")
    assert await look.value("blocks", "inherited_from_block_id", inherited) == hp
    stored = await story.bulk.fetch(
        "SELECT value::text FROM blocks WHERE sheet_id = $1 AND variable_name IS NULL ORDER BY id", heir
    )
    assert [row["value"] for row in stored] == [
        f'{{"more": 1.5, "target_id": "{hero}", "target_type": "sheet"}}',
        f'{{"target_id": {called}, "target_type": "flow"}}',
        encode({"content": f"%s 100% {mention('sheet', hero)}"}).decode(),
    ]

    other = await look.id("flows", shortcut="other")
    assert await look.value("flows", "parent_id", other) == main
    assert await look.value("flows", "scene_id", other) == town
    data = [
        await look.value("flow_nodes", "data", one) for one in await look.ids("flow_nodes", flow_id=other)
    ]
    picture = await look.id("assets")
    assert data == [
        {"referenced_flow_id": str(called)},
        {
            "speaker_sheet_id": str(hero),
            "text": mention("sheet", hero) + "%1$s",
            "audio_asset_id": picture,
            "dual_dialogue": {"speaker_sheet_id": jaime},
        },
        {"target_type": "scene", "target_id": town, "referenced_flow_id": called},
        {"location_sheet_id": jaime, "scene_id": str(town)},
    ]
    out = await look.id("flow_nodes", flow_id=called, type="exit")
    assert (
        await look.value("flow_connections", "source_pin", await look.id("flow_connections", flow_id=other))
        == f"exit_{out}"
    )

    inset = await look.id("scenes", shortcut="inset")
    assert await look.value("scenes", "parent_id", inset) == town
    pins = await look.ids("scene_pins", scene_id=inset)
    assert await look.value("scene_pins", "sheet_id", pins[0]) == hero
    assert await look.value("scene_pins", "target_id", pins[0]) == main
    assert await look.value("scene_pins", "target_id", pins[1]) == 7
    assert await look.value("scene_zones", "target_id", await look.id("scene_zones", scene_id=inset)) == town

    draft = await look.id("screenplays", shortcut="draft")
    assert await look.value("screenplays", "draft_of_id", draft) == script
    assert await look.value("screenplays", "parent_id", draft) == script
    assert await look.value("screenplays", "linked_flow_id", draft) == called
    told, answer = await look.ids("screenplay_elements", screenplay_id=draft)
    assert await look.value("screenplay_elements", "content", told) == mention("sheet", jaime)
    assert await look.value("screenplay_elements", "data", told) == {"left": {"sheet_id": str(hero)}}
    spoken = await look.id("flow_nodes", flow_id=main, type="dialogue")
    assert await look.value("screenplay_elements", "linked_node_id", told) == spoken
    assert await look.value("screenplay_elements", "data", answer) == {
        "choices": [{"linked_screenplay_id": script}]
    }

    text = await story.bulk.fetchrow("SELECT * FROM localized_texts WHERE source_text LIKE '%mention%'")
    assert text is not None
    assert text["speaker_sheet_id"] == hero
    assert text["source_text"] == mention("sheet", hero)
    assert text["source_text_hash"] == sha256(text["source_text"].encode()).hexdigest()
    assert await story.bulk.fetchval("SELECT name FROM project_languages WHERE locale_code = 'de'") == "wild"
    assert await story.bulk.fetchval("SELECT target_term FROM localization_glossary_entries") == "wild"


async def test_overwrite_gives_a_flow_that_two_screenplays_want_to_the_file(story: Story, look: Look) -> None:
    await execute(
        story,
        document(flows=[flow(1, shortcut="f")], screenplays=[screenplay(1, "Old", linked_flow_id="1")]),
        "skip",
    )
    await execute(
        story,
        document(flows=[flow(1, shortcut="f")], screenplays=[screenplay(1, "New", linked_flow_id="1")]),
        "overwrite",
    )
    assert await look.value("screenplays", "linked_flow_id", await look.id("screenplays", name="Old")) is None
    taken = await look.value("screenplays", "linked_flow_id", await look.id("screenplays", name="New"))
    assert taken == await look.id("flows", shortcut="f")


async def test_merge_takes_the_file_and_keeps_the_rest(story: Story, look: Look) -> None:
    await with_rest(story)
    hero = await look.id("sheets", shortcut="mc")
    main, town = await look.id("flows", shortcut="main"), await look.id("scenes", shortcut="map")
    script = await look.id("screenplays", shortcut="script")
    hp = await look.id("blocks", sheet_id=hero, variable_name="hp")
    bag = await look.id("blocks", sheet_id=hero, variable_name="bag")
    own_block = await story.block(hero, "text", variable_name="own", value={"content": "kept"})
    own_row = await story.add("table_rows", block_id=bag, name="Own", slug="own", cells={})
    own_node = await story.node(main, "hub", data={"hub_id": "own"})
    own_layer = await story.add("scene_layers", scene_id=town, name="Own")
    speech = await look.id("flow_nodes", flow_id=main, type="dialogue")
    own_text = await story.text("flow_node", speech, "text", "fr", translated_text="kept")

    file = base("wild")
    file["sheets"][0]["blocks"].append(block(20, "text", variable_name="added"))
    file["sheets"][0]["blocks"][2]["table_data"]["rows"].append(table_row(5, "second", cells={"count": 2}))
    file["flows"][0]["nodes"].append(node(20, "instruction", {"assignments": [], "description": "added"}))
    file["flows"][0]["connections"].append(wire(20, 4, 20))
    file["scenes"][0]["pins"].append(pin(20, label="Added"))
    report = await execute(story, file, "merge")

    assert report.sections[ImportSection.SHEETS] == SectionReport(updated=2)
    assert report.sections[ImportSection.STRINGS] == SectionReport(updated=2)
    created = {kind: rows for kind, rows in report.created.items() if rows}
    assert created == {Kind.BLOCK: 1, Kind.TABLE_ROW: 1, Kind.NODE: 1, Kind.FLOW_CONNECTION: 1, Kind.PIN: 1}
    assert report.updated[Kind.BLOCK] == 4
    assert report.updated[Kind.FLOW_CONNECTION] == 4
    assert (report.unresolved, report.warnings) == ((), ())

    assert await look.id("sheets", shortcut="mc") == hero
    assert await look.value("sheets", "description", hero) == "wild"
    assert await look.value("blocks", "value", hp) == {"content": "wild"}
    row = await look.id("table_rows", block_id=bag, slug="first")
    assert await look.value("table_rows", "cells", row) == {"item": "mc.jaime", "count": "wild"}
    jaime = await look.id("sheets", shortcut="mc.jaime")
    data = await look.value("flow_nodes", "data", speech)
    assert data["text"] == "wild " + mention("sheet", jaime)
    assert data["speaker_sheet_id"] == hero
    label = await story.bulk.fetchval("SELECT label FROM flow_connections WHERE source_pin = 'r1'")
    assert label == "wild"
    home = await look.id("scene_pins", label="Home")
    assert await look.value("scene_pins", "tooltip", home) == "wild"
    assert await look.value("screenplays", "linked_flow_id", script) == main
    assert await look.value("flows", "is_main", main) is True
    for table, row_id in (
        ("blocks", own_block),
        ("table_rows", own_row),
        ("flow_nodes", own_node),
        ("scene_layers", own_layer),
        ("localized_texts", own_text),
    ):
        assert await look.value(table, "id", row_id) == row_id
    assert await look.value("localized_texts", "translated_text", own_text) == "kept"
    german = await story.bulk.fetchval(
        "SELECT translated_text FROM localized_texts WHERE source_id = $1 AND locale_code = 'de'", speech
    )
    assert german == "wild"
    assert await look.value("flows", "name", await look.id("flows", shortcut="other")) == "Other"


async def test_merge_lets_screenplays_change_flows(story: Story, look: Look) -> None:
    def crossed(first: str, second: str) -> Json:
        return document(
            flows=[flow(1, shortcut="a"), flow(2, shortcut="b")],
            screenplays=[
                screenplay(1, shortcut="a", linked_flow_id=first),
                screenplay(2, shortcut="b", linked_flow_id=second),
            ],
        )

    await execute(story, crossed("1", "2"), "skip")
    report = await execute(story, crossed("2", "1"), "merge")
    assert report.warnings == ()
    linked = await look.value("screenplays", "linked_flow_id", await look.id("screenplays", shortcut="a"))
    assert linked == await look.id("flows", shortcut="b")


async def test_merge_cannot_make_cycles_with_what_only_the_project_has(story: Story, look: Look) -> None:
    # In the project: a below x below b. In the file: b below a.
    await execute(story, document(sheets=[
        sheet(1, shortcut="b"), sheet(2, shortcut="x", parent_id="1"), sheet(3, shortcut="a", parent_id="2"),
    ]), "skip")  # fmt: skip
    await execute(
        story,
        document(sheets=[sheet(1, shortcut="a", parent_id="9"), sheet(2, shortcut="b", parent_id="1")]),
        "merge",
    )
    assert await look.value("sheets", "parent_id", await look.id("sheets", shortcut="a")) is None
    assert await look.value("sheets", "parent_id", await look.id("sheets", shortcut="b")) == await look.id(
        "sheets", shortcut="a"
    )
