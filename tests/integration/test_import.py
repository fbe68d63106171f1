"""Imports into projects that have content already: previews, conflicts, and what is done about them."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from jsonschema import Draft202012Validator

from storyarn_export.domain.errors import DocumentError, NotFoundError, PreviewStaleError
from storyarn_export.domain.imports import Conflict, ImportSection, SectionReport
from storyarn_export.domain.story import TABLES, Kind
from tests.factories.canonical import canonical, differences
from tests.factories.catalogue import catalogue
from tests.factories.documents import (
    Json,
    asset,
    block,
    document,
    element,
    encode,
    flow,
    language,
    mention,
    node,
    screenplay,
    sheet,
    translation,
    wire,
)
from tests.factories.importing import Look, execute, exported, preview
from tests.factories.overlapping import base, counts, with_rest
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


SCHEMA = (
    Path(__file__).parents[2] / "src/storyarn_export/serializers/formats/storyarn/storyarn-1.0.0.schema.json"
)


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
    speech = await look.value(
        "flow_nodes", "data", await look.id("flow_nodes", flow_id=side, type="dialogue")
    )
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


@pytest.mark.parametrize("resolution", ["skip", "overwrite", "merge"])
async def test_of_two_roots_with_one_shortcut_the_first_counts(
    story: Story, look: Look, resolution: str
) -> None:
    file = document(sheets=[
        sheet(1, "First", shortcut="mc", parent_id="2", blocks=[block(1, variable_name="hp")]),
        sheet(2, "Second", shortcut="mc", blocks=[block(2, variable_name="mp")]),
        sheet(3, "Child", shortcut="c", parent_id="2"),
    ])  # fmt: skip
    for time in range(2):
        report = await execute(story, file, resolution)
        assert await look.value("sheets", "name", await look.id("sheets", shortcut="mc")) == "First"
        hero = await look.id("sheets", shortcut="mc")
        assert await look.value("sheets", "parent_id", await look.id("sheets", shortcut="c")) == hero
        assert await look.value("sheets", "parent_id", hero) is None
        assert len(await look.ids("blocks", sheet_id=hero)) == 1
        codes = {one.code: one.count for one in report.warnings}
        assert codes["repeated-root"] == 1
        assert report.sections[ImportSection.SHEETS].skipped == (3 if resolution == "skip" and time else 1)


async def test_languages_of_the_project_stay_first(story: Story) -> None:
    await execute(
        story, document(localization={"languages": [language("en", is_source=True), language("de")]}), "skip"
    )
    file = document(localization={"languages": [language("de", is_source=True), language("fr")]})
    for resolution in ("skip", "overwrite", "merge", "rename"):
        report = await execute(story, file, resolution)
        assert [(one.code, one.count) for one in report.warnings] == [("repeated-value", 1)]
    stored = await story.bulk.fetch("SELECT locale_code, is_source FROM project_languages ORDER BY id")
    assert [tuple(row) for row in stored] == [("en", True), ("de", False), ("fr", False)]


async def test_a_project_without_source_language_takes_the_one_of_the_file(story: Story) -> None:
    await execute(story, document(localization={"languages": [language("de")]}), "skip")
    file = document(localization={"languages": [language("de", is_source=True)]})
    assert (await execute(story, file, "merge")).warnings == ()
    assert await story.bulk.fetchval("SELECT is_source FROM project_languages") is True


async def test_assets_are_not_doubled(story: Story) -> None:
    def file(*items: Json) -> Json:
        return document(
            sheets=[sheet(int(one["id"]), one["filename"], avatar_asset_id=one["id"]) for one in items],
            assets={"mode": "references", "base_url": None, "items": list(items)},
        )

    first = file(asset(1), asset(2, key="k"), asset(3, "b.png", size=7))
    await execute(story, first, "skip")
    report = await execute(story, first, "skip")
    assert report.sections[ImportSection.ASSETS] == SectionReport(skipped=3)
    second = file(asset(4, key="elsewhere"), asset(5, "b.png", key="k", size=8))
    for _ in range(2):
        report = await execute(story, second, "rename")
    assert report.sections[ImportSection.ASSETS] == SectionReport(skipped=2)
    stored = await story.bulk.fetch("SELECT id, filename, size, key FROM assets ORDER BY id")
    assert [tuple(row)[1:3] for row in stored] == [("a.png", 1), ("a.png", 1), ("b.png", 7), ("b.png", 8)]
    assert stored[3]["key"] == f"imports/{stored[3]['id']}/b.png"


async def test_a_stale_preview_is_refused(story: Story, look: Look) -> None:
    await with_rest(story)
    _, seen = await preview(story, base("wild"))
    _, again = await preview(story, base("wild"))
    assert again.fingerprint == seen.fingerprint
    # What the file does not touch does not matter.
    await story.sheet("New", shortcut="unrelated")
    await story.bulk.execute("UPDATE sheets SET name = 'x' WHERE shortcut = 'child'")
    before = await exported(story)
    for resolution in ("skip", "overwrite", "merge", "rename"):
        with pytest.raises(PreviewStaleError) as caught:
            await execute(story, base("wild"), resolution, fingerprint="0" * 64)
        assert caught.value.preview.fingerprint == seen.fingerprint
        assert caught.value.preview.sections == seen.sections
    assert await exported(story) == before
    hp = await look.id("blocks", sheet_id=await look.id("sheets", shortcut="mc"), variable_name="hp")
    await story.bulk.execute("UPDATE blocks SET value = '{}' WHERE id = $1", hp)
    with pytest.raises(PreviewStaleError):
        await execute(story, base("wild"), "overwrite", fingerprint=seen.fingerprint)
    _, fresh = await preview(story, base("wild"))
    report = await execute(story, base("wild"), "merge", fingerprint=fresh.fingerprint)
    assert report.sections[ImportSection.SHEETS].updated == 2


async def test_imports_into_one_project_queue_up(story: Story) -> None:
    file = document(sheets=[sheet(number, shortcut=f"s{number}") for number in range(50)])
    reports = await asyncio.gather(*(execute(story, file, "skip") for _ in range(4)))
    assert sorted(report.created[Kind.SHEET] for report in reports) == [0, 0, 0, 50]


async def test_what_an_import_refuses(story: Story) -> None:
    with pytest.raises(DocumentError, match="duplicate-ids"):
        await preview(story, document(sheets=[sheet(1), sheet(1)]))
    with pytest.raises(DocumentError, match="duplicate-ids"):
        await execute(story, document(sheets=[sheet(1), sheet(1)]), "rename")
    with pytest.raises(NotFoundError):
        await execute(Story(story.bulk, story.owner_id, 999_999), base(), "skip")
    assert sum((await counts(story)).values()) == 0


@pytest.mark.parametrize("resolution", ["skip", "overwrite", "merge", "rename"])
async def test_what_comes_out_after_an_import_can_go_in_again(
    story: Story, bulk: asyncpg.Pool, resolution: str
) -> None:
    await with_rest(story)
    file = base("wild")
    file["sheets"].append(sheet(9, "Unknown", blocks=[block(90, "gallery")]))
    file["flows"][1]["nodes"].append(node(90, "sequence"))
    file["flows"][1]["connections"].append(wire(90, 90, 6))
    report = await execute(story, file, resolution)
    assert {one.code for one in report.warnings} >= {"unknown-type"}
    first = await exported(story)
    again = await new_story(bulk, "again", "Story")
    report = await execute(again, encode(first), "rename")
    assert (report.unresolved, report.warnings) == ((), ())
    found = list(differences(canonical(first), canonical(await exported(again))))
    assert not found, "\n".join(found[:20])
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(first)


async def test_localization_ids_stay_unique_in_a_project(story: Story, look: Look) -> None:
    twice = [node(number, "dialogue", {"localization_id": "dlg_1"}) for number in (1, 2)]
    file = document(flows=[flow(1, nodes=twice)])
    assert (await execute(story, file, "skip")).warnings == ()
    report = await execute(story, file, "skip")
    assert [(one.code, one.count) for one in report.warnings] == [("taken-localization-id", 2)]
    nodes = await look.ids("flow_nodes")
    stored = [(await look.value("flow_nodes", "data", one))["localization_id"] for one in nodes]
    assert stored == ["dlg_1", "dlg_1", f"dlg_1_{nodes[2]}", f"dlg_1_{nodes[3]}"]


async def test_what_the_database_refuses_is_a_fault_of_the_document(story: Story) -> None:
    # Ids of mentions may grow beyond what a description may hold.
    long = "x" * (2000 - len(mention("sheet", 1))) + mention("sheet", 1)
    with pytest.raises(DocumentError, match="import-failed"):
        await execute(story, document(sheets=[sheet(1)], flows=[flow(1, description=long)]), "skip")
    assert sum((await counts(story)).values()) == 0
