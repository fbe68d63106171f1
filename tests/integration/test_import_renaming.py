"""Imports that rename: free names, and everything that uses them."""

import json
from hashlib import sha256

import asyncpg
import pytest

from storyarn_export.domain.imports import ImportSection, Renamed, SectionReport
from storyarn_export.domain.story import TABLES, Kind
from tests.factories.documents import (
    document,
    flow,
    mention,
    node,
    sheet,
)
from tests.factories.importing import Look, execute
from tests.factories.overlapping import ASSIGN, FRIEND, RULE, conditioned
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


async def test_rename_follows_through_all_that_names_sheets(story: Story, look: Look) -> None:
    await execute(story, document(sheets=[sheet(1, shortcut="mc"), sheet(2, shortcut="mc-1")]), "skip")
    own_rule = await story.node(
        await story.flow("Own"), "condition", data={"condition": {"logic": "all", "rules": [RULE]}}
    )
    report = await execute(story, conditioned(), "rename")
    assert report.renames == (Renamed(Kind.SHEET, "mc", "mc-2"),)
    assert report.sections[ImportSection.SHEETS] == SectionReport(created=2, renamed=1)
    assert (report.unresolved, report.warnings) == ((), ())
    assert (await look.value("flow_nodes", "data", own_rule))["condition"]["rules"] == [RULE]

    rule, assign = {**RULE, "sheet": "mc-2"}, {**ASSIGN, "value_sheet": "mc-2"}
    nested = {
        "logic": "any",
        "blocks": [
            {
                "id": "g",
                "type": "group",
                "logic": "all",
                "blocks": [{"id": "b", "type": "block", "logic": "all", "rules": [rule, FRIEND]}],
            },
        ],
    }
    hero, jaime = await look.id("sheets", shortcut="mc-2"), await look.id("sheets", shortcut="mc.jaime")
    flow_id = (await look.ids("flows"))[-1]
    condition, instruction, speech = [
        await look.value("flow_nodes", "data", one) for one in await look.ids("flow_nodes", flow_id=flow_id)
    ]
    assert condition == {"condition": nested}
    assert instruction == {"assignments": [assign], "description": "{mc.hp}"}
    assert speech["text"] == "{mc.jaime.hp}" + mention("sheet", hero)
    assert speech["speaker_sheet_id"] == jaime
    first, second, third, fourth = speech["responses"]
    assert first["text"] == "{mc-2.hp} {mc.jaime.hp} $mc.jaime.hp. {mcx.hp} mc.hp"
    assert json.loads(first["condition"]) == nested
    assert first["instruction_assignments"] == [assign]
    assert json.loads(second["condition"])["rules"][0]["sheet"] == "other"
    assert json.loads(second["instruction"]) == [assign]
    assert (third["condition"], third["instruction"]) == ("mc.hp > 5", "mc.hp = 5")
    assert fourth["condition"]["rules"] == [rule]
    row = await look.value("table_rows", "cells", await look.id("table_rows"))
    assert row == {"who": "mc-2", "all": ["mc.jaime", "other", 5], "word": "mc"}
    pin_id, zone_id = await look.id("scene_pins"), await look.id("scene_zones")
    assert (await look.value("scene_pins", "condition", pin_id))["rules"] == [rule]
    assert await look.value("scene_pins", "action_data", pin_id) == {"variable_ref": "mc.jaime.hp"}
    assert await look.value("scene_zones", "condition", zone_id) == nested
    assert await look.value("scene_zones", "action_data", zone_id) == {"assignments": [assign]}
    assert await look.value("scene_zones", "tooltip", zone_id) == "{mc.hp}"
    told, answer = await look.ids("screenplay_elements")
    assert await look.value("screenplay_elements", "data", told) == {
        "condition": nested,
        "sheet_id": str(hero),
    }
    assert await look.value("screenplay_elements", "content", told) == "{mc.hp}"
    choice = (await look.value("screenplay_elements", "data", answer))["choices"][0]
    assert (json.loads(choice["condition"]), choice["text"]) == (nested, "mc")
    text = await story.bulk.fetchrow("SELECT * FROM localized_texts WHERE source_field = 'text'")
    assert text is not None
    assert (text["source_text"], text["translated_text"]) == ("{mc-2.hp}", "$mc.jaime.hp")
    assert text["source_text_hash"] == sha256(b"{mc-2.hp}").hexdigest()
    assert (
        await story.bulk.fetchval("SELECT source_text FROM localized_texts WHERE source_field <> 'text'")
        == "{mc.hp}"
    )


async def test_names_that_follow_each_other_are_not_mixed_up(story: Story, look: Look) -> None:
    """Each sheet gets a name that another one had: one pass, so that no name is changed twice."""
    names = ["a", "a-1", "a-2"]
    sheets = [sheet(number, name, shortcut=name) for number, name in enumerate(names, 1)]
    rules = [{**RULE, "sheet": name} for name in names]
    flows = [flow(1, nodes=[node(1, "condition", {"condition": {"logic": "all", "rules": rules}})])]
    await execute(story, document(sheets=sheets), "skip")
    report = await execute(story, document(sheets=sheets, flows=flows), "rename")
    assert [(one.old, one.new) for one in report.renames] == [
        ("a", "a-3"),
        ("a-1", "a-1-1"),
        ("a-2", "a-2-1"),
    ]
    data = await look.value("flow_nodes", "data", await look.id("flow_nodes"))
    assert [rule["sheet"] for rule in data["condition"]["rules"]] == ["a-3", "a-1-1", "a-2-1"]


async def test_new_shortcuts_fit_and_are_reserved(story: Story) -> None:
    long, dashed = "x" * 50, "y" * 47 + "-.z"
    taken = [
        sheet(1, shortcut=long),
        sheet(2, shortcut=dashed),
        sheet(3, shortcut="m"),
        sheet(4, shortcut="m-2"),
    ]
    await execute(story, document(sheets=taken, flows=[flow(1, shortcut="m")]), "skip")
    names = [long, dashed, "m", "m", "m-1", "new", "new", "x" * 48 + "-1"]
    file = document(sheets=[sheet(number, shortcut=name) for number, name in enumerate(names, 1)])
    report = await execute(story, file, "rename")
    assert [(one.old, one.new) for one in report.renames] == [
        (long, "x" * 48 + "-2"),
        (dashed, "y" * 47 + "-1"),
        ("m", "m-3"),
        ("m", "m-4"),
        ("new", "new-1"),
    ]
    stored = [row["shortcut"] for row in await story.bulk.fetch("SELECT shortcut FROM sheets")]
    assert len(stored) == len(set(stored)) == 12
    assert max(map(len, stored)) == 50


async def test_many_of_one_name(story: Story) -> None:
    file = document(sheets=[sheet(number, shortcut="z" * 50) for number in range(1, 1202)])
    await execute(story, file, "rename")
    report = await execute(story, file, "rename")
    # The first 1,000 are listed; 1,200 names went to the first import.
    assert report.renames[-1].new == "z" * 45 + "-2200"
    assert report.sections[ImportSection.SHEETS] == SectionReport(renamed=1201)
    assert await story.bulk.fetchval("SELECT count(DISTINCT shortcut) FROM sheets") == 2402
