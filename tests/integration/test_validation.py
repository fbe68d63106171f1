"""Every rule of the validator over real rows: what makes it speak, and what looks alike and must not."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.domain.options import AssetMode, ExportOptions
from storyarn_export.validation.report import Report
from storyarn_export.validation.rules import Code
from storyarn_export.validation.validate import look_outside, validate
from tests.factories.catalogue import catalogue
from tests.factories.documents import encode, mention
from tests.factories.rows import Story, new_story
from tests.integration.test_round_trip import load

GOLDEN = Path(__file__).parent / "catalogue_report.json"
RULE = {"id": "r", "sheet": "mc", "variable": "hp", "operator": "equals", "value": "1"}
FLAT = {"logic": "all", "rules": [RULE]}
SET = {"id": "a", "sheet": "mc", "variable": "hp", "operator": "set", "value": "1"}


class Stage:
    """A story in which everything is right: a hero who speaks, a flow from entry to exit, a scene, a screenplay."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.add = story.add

    async def build(self) -> "Stage":
        story = self.story
        self.hero = await story.sheet("Hero", shortcut="mc")
        self.flow = await story.flow("Main")
        self.entry = await story.node(self.flow, "entry")
        self.line = await self.says({})
        self.exit = await story.node(self.flow, "exit", data={"exit_mode": "terminal"})
        await story.wire(self.flow, self.entry, self.line)
        await story.wire(self.flow, self.line, self.exit)
        self.scene = await story.scene("Map")
        self.script = await story.screenplay("Script")
        return self

    async def says(self, data: Mapping[str, Any]) -> int:
        given = {"speaker_sheet_id": self.hero, "text": "<p>Hi</p>", "responses": [], **data}
        return await self.story.node(self.flow, "dialogue", data=given)

    async def node(self, kind: str, data: Any, pin: str = "output") -> int:
        """A node that the line leads to; its exit follows."""
        made = await self.story.node(self.flow, kind, data=data)
        await self.story.wire(self.flow, self.entry, made)
        if kind not in ("exit", "jump"):
            await self.story.wire(self.flow, made, self.exit, pin)
        return made

    async def called(self) -> tuple[int, int]:
        """Another flow that is right, and its exit."""
        flow = await self.story.flow("Called", position=1)
        entry, way = await self.story.node(flow, "entry"), await self.story.node(flow, "exit")
        await self.story.wire(flow, entry, way)
        return flow, way

    async def report(self, **options: Any) -> Report:
        return await report_of(self.story.bulk, self.story.project_id, ExportOptions(**options))

    async def pin(self, **columns: Any) -> int:
        return await self.add("scene_pins", scene_id=self.scene, position_x=1.0, position_y=1.0, **columns)

    async def element(self, data: Any, **columns: Any) -> int:
        values = {"type": "action", "position": 0, "data": data, **columns}
        return await self.add("screenplay_elements", screenplay_id=self.script, **values)

    async def trash(self, table: str, row_id: int) -> None:
        await self.story.bulk.execute(f"UPDATE {table} SET deleted_at = now() WHERE id = $1", row_id)  # noqa: S608 - our names


Change = Callable[[Stage], Awaitable[Any]]
CASES: list[tuple[Code, str, Change, int]] = []


def case(rule: Code, count: int) -> Callable[[Change], Change]:
    """A change of the stage after which a rule has so many findings."""

    def keep(change: Change) -> Change:
        CASES.append((rule, change.__name__, change, count))
        return change

    return keep


async def report_of(bulk: asyncpg.Pool, project_id: int, options: ExportOptions) -> Report:
    async with open_snapshot(bulk) as snapshot:
        counting = await snapshot.begin_census(project_id, options, beside=False)
        return await validate(snapshot, project_id, options, counting)


@pytest.fixture
async def stage(bulk: asyncpg.Pool) -> Stage:
    return await Stage(await new_story(bulk)).build()


@case(Code.MISSING_ENTRY, 1)
async def a_flow_without_nodes(stage: Stage) -> None:
    await stage.story.flow("Empty")


@case(Code.MISSING_ENTRY, 1)
async def an_entry_in_the_trash(stage: Stage) -> None:
    await stage.trash("flow_nodes", stage.entry)


@case(Code.MISSING_ENTRY, 0)
async def a_flow_in_the_trash(stage: Stage) -> None:
    await stage.story.flow("Empty")
    await stage.trash("flows", await stage.story.flow("Gone"))
    await stage.story.bulk.execute("UPDATE flows SET deleted_at = now() WHERE name = 'Empty'")


@case(Code.MULTIPLE_ENTRIES, 1)
async def two_entries(stage: Stage) -> None:
    await stage.story.node(stage.flow, "entry")


@case(Code.MULTIPLE_ENTRIES, 0)
async def an_entry_in_each_of_two_flows(stage: Stage) -> None:
    await stage.called()


@case(Code.ORPHAN_NODES, 1)
async def a_line_on_its_own(stage: Stage) -> None:
    await stage.says({})


@case(Code.ORPHAN_NODES, 0)
async def a_jump_and_its_hub(stage: Stage) -> None:
    await stage.story.node(stage.flow, "hub", data={"hub_id": "camp"})
    await stage.story.node(stage.flow, "jump", data={"target_hub_id": "camp"})
    await stage.story.node(stage.flow, "exit")


@case(Code.UNREACHABLE_NODES, 2)
async def an_island(stage: Stage) -> None:
    first, second = await stage.says({}), await stage.says({})
    await stage.story.wire(stage.flow, first, second)


@case(Code.UNREACHABLE_NODES, 1)
async def a_pin_of_a_response_that_is_gone(stage: Stage) -> None:
    made = await stage.node("dialogue", {"speaker_sheet_id": stage.hero, "responses": [{"id": "r1"}]}, "r1")
    await stage.story.wire(stage.flow, made, await stage.says({}), "r2")


@case(Code.UNREACHABLE_NODES, 1)
async def a_pin_that_is_no_input(stage: Stage) -> None:
    await stage.add(
        "flow_connections",
        flow_id=stage.flow,
        source_node_id=stage.entry,
        source_pin="output",
        target_node_id=await stage.says({}),
        target_pin="strange",
    )


@case(Code.UNREACHABLE_NODES, 1)
async def an_exit_of_another_flow_than_the_called_one(stage: Stage) -> None:
    called, _ = await stage.called()
    made = await stage.node("subflow", {"referenced_flow_id": called}, "output")
    await stage.story.wire(stage.flow, made, await stage.says({}), f"exit_{stage.exit}")


@case(Code.UNREACHABLE_NODES, 0)
async def every_kind_of_pin(stage: Stage) -> None:
    called, way = await stage.called()
    wire, flow = stage.story.wire, stage.flow
    switch = {
        "switch_mode": True,
        "condition": {
            "logic": "all",
            "blocks": [{"id": "b1", "type": "block", "logic": "all", "rules": [RULE]}],
        },
    }
    for kind, data, pin in (
        ("dialogue", {"speaker_sheet_id": stage.hero, "responses": [{"id": 7}]}, "7"),
        ("dialogue", {"speaker_sheet_id": stage.hero, "responses": [{"id": "a"}]}, "resp_a"),
        ("dialogue", {"speaker_sheet_id": stage.hero, "responses": [{"id": "a"}]}, "response_a"),
        ("condition", {"condition": FLAT}, "false"),
        ("condition", switch, "b1"),
        ("condition", switch, "default"),
        ("hub", {"hub_id": "camp"}, "default"),
        ("instruction", {"assignments": [SET]}, "output"),
        ("scene", {}, "output"),
        ("subflow", {"referenced_flow_id": str(called)}, f"exit_{way}"),
    ):
        made = await stage.story.node(flow, kind, data=data)
        await wire(flow, stage.entry, made)
        await wire(flow, made, await stage.says({}), pin)
    ends = await stage.story.flow("Endless", position=2)
    await stage.story.node(ends, "entry")
    made = await stage.story.node(flow, "subflow", data={"referenced_flow_id": ends})
    await wire(flow, stage.entry, made)
    await wire(flow, made, await stage.says({}))


@case(Code.UNREACHABLE_NODES, 0)
async def a_way_by_jump_and_hub_and_back(stage: Stage) -> None:
    hub = await stage.story.node(stage.flow, "hub", data={"hub_id": "camp"})
    later = await stage.story.node(stage.flow, "hub", data={"hub_id": "camp"})
    await stage.story.wire(stage.flow, stage.entry, later)
    await stage.node("jump", {"target_hub_id": "camp"})
    after = await stage.says({})
    await stage.story.wire(stage.flow, hub, after)
    await stage.story.wire(stage.flow, after, stage.line)


@case(Code.EMPTY_DIALOGUE, 4)
async def lines_that_say_nothing(stage: Stage) -> None:
    for text in (None, "", "<p>&nbsp;\u200b</p>"):
        await stage.says({"text": text})
    await stage.story.node(stage.flow, "dialogue", data=[])


@case(Code.EMPTY_DIALOGUE, 0)
async def lines_that_say_something(stage: Stage) -> None:
    await stage.says({"text": "", "responses": [{"id": "r1"}]})
    await stage.says({"text": "<p>.</p>"})
    await stage.says({"text": "<!-- <p> -->x"})


@case(Code.MISSING_SPEAKERS, 2)
async def nobody_speaks(stage: Stage) -> None:
    await stage.says({"speaker_sheet_id": None})
    await stage.says({"speaker_sheet_id": ""})


@case(Code.MISSING_SPEAKERS, 0)
async def someone_who_is_gone_speaks(stage: Stage) -> None:
    await stage.says({"speaker_sheet_id": 4711})


@case(Code.CIRCULAR_JUMPS, 2)
async def two_flows_call_each_other(stage: Stage) -> None:
    called, _ = await stage.called()
    await stage.node("subflow", {"referenced_flow_id": str(called)}, "none")
    data = {"exit_mode": "flow_reference", "referenced_flow_id": stage.flow}
    await stage.story.node(called, "exit", data=data)
    leads, _ = await stage.called()
    await stage.story.node(leads, "subflow", data={"referenced_flow_id": called})


@case(Code.CIRCULAR_JUMPS, 1)
async def a_flow_calls_itself(stage: Stage) -> None:
    await stage.node("subflow", {"referenced_flow_id": stage.flow}, "none")


@case(Code.CIRCULAR_JUMPS, 0)
async def a_flow_is_called_and_would_be_by_another_kind_of_exit(stage: Stage) -> None:
    called, _ = await stage.called()
    await stage.node("subflow", {"referenced_flow_id": called}, "none")
    data = {"exit_mode": "terminal", "referenced_flow_id": stage.flow}
    await stage.story.node(called, "exit", data=data)


@case(Code.BROKEN_REFERENCES, 10)
async def nodes_name_what_is_gone(stage: Stage) -> None:
    gone = await stage.story.sheet("Gone")
    await stage.trash("sheets", gone)
    await stage.says({"speaker_sheet_id": str(gone), "audio_asset_id": 4711})
    await stage.says({"speaker_sheet_id": True, "dual_dialogue": {"speaker_sheet_id": 4711}})
    await stage.node("jump", {"target_hub_id": "camp"})
    await stage.node("subflow", {"referenced_flow_id": "4711"}, "none")
    await stage.node("scene", {"location_sheet_id": gone, "scene_id": "4711"})
    await stage.node("exit", {"exit_mode": "flow_reference", "referenced_flow_id": 4711})
    await stage.node("exit", {"target_type": "scene", "target_id": 4711})


@case(Code.BROKEN_REFERENCES, 6)
async def sheets_name_what_is_gone(stage: Stage) -> None:
    gone = await stage.story.sheet("Gone")
    source = await stage.story.block(gone)
    await stage.trash("sheets", gone)
    await stage.story.sheet("Heir", hidden_inherited_block_ids=(source, source, 4711))
    await stage.story.block(stage.hero, inherited_from_block_id=source)
    for value in ({"target_type": "sheet", "target_id": gone}, {"target_type": "moon", "target_id": 1}):
        await stage.story.block(stage.hero, "reference", value=value)
    await stage.story.block(
        stage.hero, "reference", value={"target_type": "flow", "target_id": stage.hero + 900}
    )


@case(Code.BROKEN_REFERENCES, 9)
async def scenes_and_screenplays_name_what_is_gone(stage: Stage) -> None:
    sheet, flow = await stage.story.sheet("Gone"), await stage.story.flow("Gone")
    node = await stage.story.node(flow, "hub")
    await stage.trash("sheets", sheet)
    await stage.trash("flows", flow)
    await stage.pin(target_type="flow", target_id=flow, sheet_id=sheet)
    await stage.add(
        "scene_zones", scene_id=stage.scene, name="Z", vertices=[], target_type="sheet", target_id=sheet
    )
    await stage.story.screenplay("Linked", linked_flow_id=flow)
    await stage.element({"sheet_id": sheet, "left": {"sheet_id": "4711"}}, linked_node_id=node)
    await stage.element({"choices": [{"linked_screenplay_id": 4711}, {"linked_screenplay_id": stage.script}]})
    scene = await stage.story.scene("Gone")
    await stage.story.bulk.execute("UPDATE flows SET scene_id = $1 WHERE name = 'Main'", scene)
    await stage.trash("scenes", scene)


@case(Code.BROKEN_REFERENCES, 1)
async def a_connection_ends_in_another_flow(stage: Stage) -> None:
    _, way = await stage.called()
    await stage.story.wire(stage.flow, stage.entry, way)


@case(Code.BROKEN_REFERENCES, 0)
async def everything_names_what_is_there(stage: Stage) -> None:
    called, _ = await stage.called()
    asset = await stage.story.asset("a")
    await stage.says({"speaker_sheet_id": str(stage.hero), "audio_asset_id": asset})
    await stage.node("scene", {"location_sheet_id": stage.hero, "scene_id": str(stage.scene)})
    await stage.node("exit", {"target_type": "flow", "target_id": str(called), "referenced_flow_id": 4711})
    await stage.node("exit", {"target_type": None, "target_id": 4711})
    source = await stage.story.block(stage.hero)
    await stage.story.sheet("Heir", hidden_inherited_block_ids=(source,))
    await stage.story.block(stage.hero, inherited_from_block_id=source)
    await stage.story.block(stage.hero, "reference", value={"target_type": "flow", "target_id": ""})
    await stage.pin(target_type="url", target_id=4711, sheet_id=stage.hero)
    await stage.element({"sheet_id": stage.hero}, linked_node_id=stage.line)
    dead = await stage.says({})
    await stage.story.wire(stage.flow, stage.line, dead)
    await stage.trash("flow_nodes", dead)
    parent = await stage.story.flow("Parent")
    await stage.trash("flows", parent)
    await stage.story.bulk.execute("UPDATE flows SET parent_id = $1 WHERE id = $2", parent, called)


@case(Code.MISSING_JUMP_TARGET, 2)
async def jumps_to_nowhere(stage: Stage) -> None:
    await stage.node("jump", {"target_hub_id": ""})
    await stage.node("jump", None)


@case(Code.MISSING_JUMP_TARGET, 0)
async def a_jump_to_a_hub(stage: Stage) -> None:
    await a_jump_and_its_hub(stage)


@case(Code.MISSING_SUBFLOW_REFERENCE, 2)
async def subflows_of_nothing(stage: Stage) -> None:
    await stage.node("subflow", {"referenced_flow_id": None})
    await stage.node("subflow", {})


@case(Code.MISSING_SUBFLOW_REFERENCE, 0)
async def a_subflow_of_what_is_gone(stage: Stage) -> None:
    await stage.node("subflow", {"referenced_flow_id": 4711})


@case(Code.MISSING_EXIT_FLOW_REFERENCE, 1)
async def an_exit_to_no_flow(stage: Stage) -> None:
    await stage.node("exit", {"exit_mode": "flow_reference", "referenced_flow_id": ""})


@case(Code.MISSING_EXIT_FLOW_REFERENCE, 0)
async def an_exit_that_ends(stage: Stage) -> None:
    await stage.node("exit", {"exit_mode": "terminal", "referenced_flow_id": None})


@case(Code.MISSING_TRANSLATIONS, 2)
async def texts_are_not_translated(stage: Stage) -> None:
    for code in ("en", "de", "fr"):
        await stage.story.language(code, is_source=code == "en")
    await stage.story.text("flow", stage.flow, "name", "de", status="draft")
    await stage.story.text("sheet", stage.hero, "name", "de", status="final")


@case(Code.MISSING_TRANSLATIONS, 0)
async def texts_are_translated(stage: Stage) -> None:
    for code in ("en", "de"):
        await stage.story.language(code, is_source=code == "en")
    for status, field in (("final", "name"), ("review", "description")):
        await stage.story.text("flow", stage.flow, field, "de", status=status)
    await stage.story.text("flow", 4711, "name", "de", status="draft")
    await stage.story.text("flow", stage.flow, "name", "xx", status="pending")


@case(Code.INVALID_CONDITIONS, 5)
async def conditions_of_all_holders(stage: Stage) -> None:
    wrong = {"logic": "none", "rules": []}
    await stage.node("condition", {"condition": wrong}, "true")
    await stage.node("condition", {"condition": "old text"}, "true")
    await stage.says({"responses": [{"id": "r", "condition": "only sometimes"}]})
    await stage.pin(condition=wrong)
    await stage.element({"condition": wrong})


@case(Code.INVALID_CONDITIONS, 0)
async def conditions_that_are_right(stage: Stage) -> None:
    await stage.node("condition", {"condition": FLAT}, "true")
    await stage.node("condition", {"condition": ""}, "true")
    await stage.says({"responses": [{"id": "r", "condition": orjson.dumps(FLAT).decode()}]})
    await stage.pin(condition=FLAT)


@case(Code.INVALID_INSTRUCTIONS, 5)
async def instructions_of_all_holders(stage: Stage) -> None:
    await stage.node("instruction", {"assignments": {"a": 1}})
    await stage.node("instruction", {"assignments": [SET, {}]})
    await stage.says({"responses": [{"id": "r", "instruction": "lose an hour"}]})
    await stage.pin(action_type="instruction", action_data={})
    await stage.element({"assignments": [{**SET, "operator": "multiply"}]})


@case(Code.INVALID_INSTRUCTIONS, 0)
async def instructions_that_are_right(stage: Stage) -> None:
    await stage.node("instruction", {"assignments": [SET]})
    await stage.node("instruction", None)
    await stage.says({"responses": [{"id": "r", "instruction": orjson.dumps([SET]).decode()}]})
    await stage.pin(action_type="display", action_data={"variable_ref": "mc.hp"})


@case(Code.ORPHAN_SHEETS, 1)
async def a_sheet_that_only_names_itself(stage: Stage) -> None:
    sheet = await stage.story.sheet("Alone", shortcut="alone")
    await stage.story.block(sheet, "reference", value={"target_type": "sheet", "target_id": sheet})
    await stage.story.sheet("Without a shortcut")


@case(Code.ORPHAN_SHEETS, 0)
async def sheets_used_in_every_way(stage: Stage) -> None:
    made = [await stage.story.sheet(f"S{n}", shortcut=f"s{n}" if n else "s.long") for n in range(12)]
    await stage.story.sheet("Child", parent_id=made[1])
    await stage.says({"text": mention("sheet", made[2])})
    await stage.says({"responses": [{"id": "r", "text": mention("sheet", made[3])}]})
    await stage.node("condition", {"condition": {"logic": "all", "rules": [{**RULE, "sheet": "s4"}]}}, "true")
    await stage.node("instruction", {"assignments": [{**SET, "value_sheet": "s5"}]})
    await stage.node("scene", {"location_sheet_id": str(made[6])})
    await stage.pin(target_type="sheet", target_id=made[7], action_data={"variable_ref": "s.long.hp"})
    await stage.pin(sheet_id=made[8])
    await stage.element({"sheet_id": made[9]})
    table = await stage.story.block(stage.hero, "table")
    await stage.add("table_columns", block_id=table, name="K", slug="k", type="reference")
    await stage.add("table_rows", block_id=table, name="R", slug="r", cells={"k": ["s10", None], "z": 1})
    await stage.story.block(stage.hero, "rich_text", value={"content": mention("sheet", made[11])})


@case(Code.EXTERNAL_REFERENCE, 0)
async def nothing_is_left_out(stage: Stage) -> None:
    await everything_names_what_is_there(stage)


def test_every_rule_has_both_cases() -> None:
    seen = {(rule, bool(count)) for rule, _, _, count in CASES}
    assert seen | {(Code.EXTERNAL_REFERENCE, True)} == {(rule, one) for rule in Code for one in (True, False)}


async def test_a_story_in_which_everything_is_right(stage: Stage) -> None:
    report = await stage.report()
    assert report.summary == {"status": "passed", "errors": 0, "warnings": 0, "info": 0}
    checked = {"checked_sheets": 1, "checked_flows": 1, "checked_nodes": 3}
    assert report.statistics == {"errors": 0, "warnings": 0, "info": 0, **checked, "by_rule": {}}


@pytest.mark.parametrize(
    ("rule", "change", "count"),
    [pytest.param(rule, change, count, id=f"{rule}-{name}") for rule, name, change, count in CASES],
)
async def test_rules(stage: Stage, rule: Code, change: Change, count: int) -> None:
    await change(stage)
    report = await stage.report()
    found = [one for of_severity in report.findings.values() for one in of_severity if one["rule"] == rule]
    assert len(found) == count, found
    assert report.statistics["by_rule"].get(rule, 0) == count
    assert report == await stage.report()


async def test_old_text_is_an_error_unless_it_counts_as_true(stage: Stage) -> None:
    await conditions_of_all_holders(stage)
    await instructions_of_all_holders(stage)
    report = await stage.report()
    found = {name: [one["rule"] for one in report.findings[name]] for name in ("errors", "warnings")}
    assert found["errors"].count("invalid_conditions") == 4
    assert found["warnings"].count("invalid_conditions") == 1
    assert found["errors"].count("invalid_instructions") == 4
    assert found["warnings"].count("invalid_instructions") == 1


async def test_a_part_is_judged_alone_and_looks_everywhere(stage: Stage) -> None:
    called, _ = await stage.called()
    await stage.node("subflow", {"referenced_flow_id": called}, "none")
    await stage.story.flow("Empty")
    await stage.says({"speaker_sheet_id": 4711})
    options = {"flow_ids": (stage.flow,), "include_sheets": False}
    report = await stage.report(**options)
    assert report.statistics["by_rule"] == {
        "orphan_nodes": 1,
        "broken_references": 1,
        "external_reference": 2,
    }
    named = [(one["target_type"], one["target_id"]) for one in report.findings["info"]]
    assert named == [("sheet", str(stage.hero)), ("flow", str(called))]
    assert report.statistics["checked_flows"] == 1
    # A sheet that is in the file is used by flows that are not.
    assert (await stage.report(include_flows=False)).summary["info"] == 0


async def test_without_a_validation_only_what_leaves_the_file_is_told(stage: Stage) -> None:
    project_id = stage.story.project_id
    await stage.story.flow("Empty")
    async with open_snapshot(stage.story.bulk) as snapshot:
        assert await look_outside(snapshot, project_id, ExportOptions()) is None
        assert await look_outside(snapshot, project_id, ExportOptions(include_assets=AssetMode.NONE)) is None
        report = await look_outside(snapshot, project_id, ExportOptions(include_sheets=False))
    assert report is not None
    assert report.summary == {"status": "not_run", "errors": 0, "warnings": 0, "info": 1}


async def test_a_project_of_someone_else_is_not_there(stage: Stage) -> None:
    other = await Stage(await new_story(stage.story.bulk, "other")).build()
    await stage.says({"speaker_sheet_id": other.hero})
    await stage.pin(target_type="flow", target_id=other.flow)
    assert (await stage.report()).statistics["by_rule"]["broken_references"] == 2


async def test_the_catalogue_is_reported_as_it_was(bulk: asyncpg.Pool) -> None:
    story = await new_story(bulk)
    project_id = await load(story, encode(catalogue()))
    report = await report_of(bulk, project_id, ExportOptions())
    shown = [
        f"{one['severity']} {one['rule']}: {one['message']}"
        for of_severity in report.findings.values()
        for one in of_severity
    ]
    found = {"statistics": report.statistics, "findings": shown}
    assert found == orjson.loads(GOLDEN.read_bytes())
