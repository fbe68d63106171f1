"""Imports into projects that have content already: each way to settle conflicts, reference by reference."""

import asyncpg
import pytest

from storyarn_export.domain.errors import DocumentError, NotFoundError, PreviewStaleError
from storyarn_export.domain.imports import Conflict, ImportSection, Renamed, SectionReport
from storyarn_export.domain.story import TABLES, Kind
from tests.factories.catalogue import catalogue
from tests.factories.documents import (
    Json,
    asset,
    block,
    column,
    document,
    element,
    encode,
    flow,
    language,
    layer,
    mention,
    node,
    pin,
    response,
    scene,
    screenplay,
    sheet,
    string,
    table_row,
    term,
    translation,
    wire,
    zone,
)
from tests.factories.importing import Look, execute, exported, preview
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


def base(mood: str = "calm") -> Json:
    """A small project in which everything refers to everything."""
    return document(
        sheets=[
            sheet(1, "Hero", shortcut="mc", description=mood, avatar_asset_id="1", blocks=[
                block(1, "number", variable_name="hp", value={"content": mood}, scope="children"),
                block(2, "reference", config={"label": "Friend"}, value={"target_type": "sheet", "target_id": 2}),
                block(3, "table", variable_name="bag", table_data={
                    "columns": [column(1, "item", type="reference"), column(2, "count")],
                    "rows": [table_row(1, "first", cells={"item": "mc.jaime", "count": mood})],
                }),
            ]),
            sheet(2, "Jaime", shortcut="mc.jaime", parent_id="1", hidden_inherited_block_ids=["1"], blocks=[
                block(4, "number", inherited_from_block_id="1", variable_name="hp"),
            ]),
        ],
        flows=[
            flow(1, "Main", shortcut="main", is_main=True, scene_id="1", nodes=[
                node(1, "entry"),
                node(2, "dialogue", {
                    "localization_id": "dlg_1", "speaker_sheet_id": 1, "text": f"{mood} " + mention("sheet", 2),
                    "audio_asset_id": "1", "responses": [response("r1", text="ok")],
                }),
                node(3, "subflow", {"referenced_flow_id": "2"}),
                node(4, "hub", {"hub_id": "end", "label": mood}),
            ], connections=[wire(1, 1, 2), wire(2, 2, 3, "r1", label=mood), wire(3, 3, 4, "exit_6")]),
            flow(2, "Called", shortcut="called", nodes=[node(5, "entry"), node(6, "exit", {"label": "out"})],
                 connections=[wire(4, 5, 6)]),
        ],
        scenes=[
            scene(1, "Map", shortcut="map", background_asset_id="1", layers=[layer(1, name="Base")], pins=[
                pin(1, label="Home", layer_id="1", sheet_id="1", target_type="flow", target_id="1", tooltip=mood),
            ], zones=[zone(1, name="Yard", target_type="sheet", target_id="2")]),
        ],
        screenplays=[
            screenplay(1, "Script", shortcut="script", linked_flow_id="1", elements=[
                element(1, "character", "JAIME", data={"sheet_id": 2}),
                element(2, "scene_heading", "INT.", position=1, linked_node_id="2"),
            ]),
        ],
        localization={
            "source_language": "en",
            "languages": [language("en", is_source=True), language("de", name=mood)],
            "strings": [
                string("flow_node", 2, text="Hi", speaker_sheet_id="1", translations={"de": translation(translated_text=mood)}),
                string("sheet", 2, "name", "Jaime"),
            ],
            "glossary": [term("gold", {"de": mood})],
        },
        assets={"mode": "references", "base_url": None, "items": [asset(1)]},
    )  # fmt: skip


async def counts(story: Story) -> dict[str, int]:
    """Rows of every story table."""
    return {
        table: await story.bulk.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608 - names are ours
        for table in TABLES.values()
    }


async def test_a_preview_of_an_empty_project_meets_nothing(story: Story) -> None:
    heard: list[int] = []

    async def hear(rows: int) -> None:
        heard.append(rows)

    facts, seen = await preview(story, base(), on_progress=hear)
    assert (facts.format_version, facts.exported_at, facts.project_name) == (
        "1.0.0",
        "2026-02-24T15:30:00Z",
        "Tale",
    )
    assert seen.sections[ImportSection.SHEETS].total == seen.sections[ImportSection.SHEETS].new == 2
    assert all(section.existing == 0 for section in seen.sections.values())
    assert heard == [seen.total]
    assert sum((await counts(story)).values()) == 0


async def test_a_preview_tells_what_the_project_has(story: Story) -> None:
    await execute(story, base(), "skip")
    file = base()
    file["sheets"].append(sheet(3, "New", shortcut="new"))
    file["sheets"].append(sheet(4, "Nameless"))
    file["assets"]["items"].append(asset(2, "b.png"))
    file["localization"]["strings"][1]["translations"]["fr"] = translation()
    _, seen = await preview(story, file)
    split = {section.value: (part.total, part.existing) for section, part in seen.sections.items()}
    assert split == {
        "sheets": (4, 2),
        "flows": (2, 2),
        "scenes": (1, 1),
        "screenplays": (1, 1),
        "languages": (2, 2),
        "strings": (3, 2),
        "glossary": (1, 1),
        "assets": (2, 1),
    }
    hero = await story.bulk.fetchval("SELECT id FROM sheets WHERE shortcut = 'mc'")
    sheets = seen.sections[ImportSection.SHEETS]
    assert sheets.conflicts[0] == Conflict(Kind.SHEET, "mc", hero, "Hero")
    assert (len(sheets.conflicts), sheets.conflict_count) == (2, 2)
    assert seen.sections[ImportSection.ASSETS].conflict_count == 0


async def test_a_preview_draws_no_ids_and_leaves_no_rows(story: Story) -> None:
    await execute(story, base(), "skip")
    before = await exported(story)
    await preview(story, base("wild"))
    assert await exported(story) == before
    assert await story.bulk.fetchval("SELECT last_value FROM sheets_id_seq") == 100_001


async def test_skip_keeps_what_is_there_and_refers_to_it(story: Story, look: Look) -> None:
    await execute(story, base(), "skip")
    before = await exported(story)
    file = base("wild")
    file["sheets"].append(
        sheet(3, "New", shortcut="new", parent_id="1", hidden_inherited_block_ids=["1"], blocks=[
            block(9, "number", inherited_from_block_id="1"),
            block(10, "reference", value={"target_type": "sheet", "target_id": "2"}),
        ])
    )  # fmt: skip
    file["flows"].append(
        flow(3, "Side", shortcut="side", is_main=True, parent_id="1", scene_id="1", nodes=[
            node(10, "subflow", {"referenced_flow_id": 2}),
            node(11, "dialogue", {"speaker_sheet_id": "1", "text": mention("flow", 1)}),
        ], connections=[wire(9, 10, 11, "exit_6")])
    )  # fmt: skip
    file["screenplays"].append(
        screenplay(2, "Late", shortcut="late", linked_flow_id="1", elements=[element(9, linked_node_id="2")])
    )
    file["localization"]["languages"].append(language("fr"))
    report = await execute(story, file, "skip")

    assert report.sections[ImportSection.SHEETS] == SectionReport(created=1, skipped=2)
    assert report.sections[ImportSection.FLOWS] == SectionReport(created=1, skipped=2)
    assert report.sections[ImportSection.LANGUAGES] == SectionReport(created=1, skipped=2)
    assert report.sections[ImportSection.STRINGS] == SectionReport(skipped=2)
    assert report.sections[ImportSection.GLOSSARY] == SectionReport(skipped=1)
    assert report.sections[ImportSection.ASSETS] == SectionReport(skipped=1)
    assert (report.created[Kind.BLOCK], report.updated[Kind.BLOCK]) == (2, 0)
    assert report.unresolved == ()
    assert {(one.code, one.count) for one in report.warnings} == {("repeated-value", 1)}

    hero, jaime = await look.id("sheets", shortcut="mc"), await look.id("sheets", shortcut="mc.jaime")
    new = await look.id("sheets", shortcut="new")
    hp = await look.id("blocks", sheet_id=hero, variable_name="hp")
    assert await look.value("sheets", "parent_id", new) == hero
    assert await look.value("sheets", "hidden_inherited_block_ids", new) == [hp]
    heir = await look.id("blocks", sheet_id=new, type="number")
    assert await look.value("blocks", "inherited_from_block_id", heir) == hp
    named = await look.id("blocks", sheet_id=new, type="reference")
    assert await look.value("blocks", "value", named) == {"target_type": "sheet", "target_id": str(jaime)}

    main, called = await look.id("flows", shortcut="main"), await look.id("flows", shortcut="called")
    side = await look.id("flows", shortcut="side")
    assert await look.value("flows", "parent_id", side) == main
    assert await look.value("flows", "is_main", side) is False
    assert await look.value("flows", "scene_id", side) == await look.id("scenes", shortcut="map")
    caller = await look.id("flow_nodes", flow_id=side, type="subflow")
    assert await look.value("flow_nodes", "data", caller) == {"referenced_flow_id": called}
    exit_node = await look.id("flow_nodes", flow_id=called, type="exit")
    wired = await look.id("flow_connections", flow_id=side)
    assert await look.value("flow_connections", "source_pin", wired) == f"exit_{exit_node}"
    speech = await look.value("flow_nodes", "data", await look.id("flow_nodes", flow_id=side, type="dialogue"))
    assert speech == {"speaker_sheet_id": str(hero), "text": mention("flow", main)}
    # The flow belongs to the first screenplay already.
    late = await look.id("screenplays", shortcut="late")
    assert await look.value("screenplays", "linked_flow_id", late) is None
    spoken = await look.id("flow_nodes", flow_id=main, type="dialogue")
    told = await look.id("screenplay_elements", screenplay_id=late)
    assert await look.value("screenplay_elements", "linked_node_id", told) == spoken

    after = await exported(story)
    assert after["sheets"][:2] == before["sheets"]
    assert after["flows"][:2] == before["flows"]
    assert after["scenes"] == before["scenes"]
    assert after["localization"]["strings"] == before["localization"]["strings"]


@pytest.mark.parametrize("resolution", ["skip", "merge"])
async def test_the_same_file_twice_adds_only_roots_without_shortcut(story: Story, resolution: str) -> None:
    file = base()
    file["sheets"].append(sheet(3, "Nameless", blocks=[block(8)]))
    await execute(story, file, resolution)
    before = await counts(story)
    report = await execute(story, file, resolution)
    after = await counts(story)
    assert {table: after[table] - before[table] for table in after if after[table] != before[table]} == {
        "sheets": 1,
        "blocks": 1,
    }
    created = {kind.value: rows for kind, rows in report.created.items() if rows}
    assert created == {"sheet": 1, "block": 1}
    assert (report.unresolved_total, report.warnings) == (0, ())


@pytest.mark.parametrize("resolution", ["skip", "overwrite", "merge"])
async def test_the_catalogue_twice(story: Story, resolution: str) -> None:
    file = catalogue()
    named = [root for section in ("sheets", "flows", "scenes", "screenplays") for root in file[section]]
    for number, root in enumerate(named):
        root["shortcut"] = root["shortcut"] or f"r.{number}"
    await execute(story, file, "skip")
    before = await exported(story)
    rows = await counts(story)
    report = await execute(story, file, resolution)
    if resolution != "overwrite":
        assert await counts(story) == rows
        assert sum(report.created.values()) == 0
    after = await exported(story)
    assert after["metadata"]["statistics"] == before["metadata"]["statistics"]
