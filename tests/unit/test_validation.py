"""What the rules of the validator say, without a database."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storyarn_export.serializers.formats.storyarn.carried import Missing
from storyarn_export.validation.conditions import OPERATORS, check_condition
from storyarn_export.validation.cycles import on_circles
from storyarn_export.validation.graph import jump_edges, reachable, unconnected
from storyarn_export.validation.instructions import OPERATORS as SETTERS
from storyarn_export.validation.instructions import check_assignments, check_instruction
from storyarn_export.validation.links import id_of
from storyarn_export.validation.pins import case_pins, response_pins
from storyarn_export.validation.report import MAX_KEPT, Findings, Place, Report, Target
from storyarn_export.validation.rules import RULES, Code, Severity
from storyarn_export.validation.texts import is_blank

DOC = (Path(__file__).parents[2] / "docs" / "validation.md").read_text()
ROW = re.compile(r"^\| `(\w+)` \| (\w+)(?:, or warning)? \| (.+?) \|", re.MULTILINE)
RULE = {"id": "r", "sheet": "mc", "variable": "hp", "operator": "equals", "value": "1"}
BLOCK = {"id": "b", "type": "block", "logic": "all", "rules": [RULE]}
GROUP = {"id": "g", "type": "group", "logic": "any", "blocks": [BLOCK]}
SET = {"id": "a", "sheet": "mc", "variable": "hp", "operator": "set", "value": "1", "value_type": "literal"}
NODES = st.integers(0, 7)
EDGES = st.lists(st.tuples(NODES, NODES), max_size=16)


def test_every_rule_is_documented_as_it_is() -> None:
    shown = [(code, severity) for code, severity, _ in ROW.findall(DOC)]
    assert shown == [(rule.code.value, rule.severity.value) for rule in RULES]
    assert [rule.code for rule in RULES] == list(Code)
    for rule in RULES:
        assert f"### `{rule.code}`" in DOC
        assert rule.meaning.split(".")[0] in DOC
        assert not rule.softer or rule.softer in DOC


@pytest.mark.parametrize(
    "stored",
    [
        *(None, "", {}),
        {"logic": "all", "rules": []},
        {
            "logic": "any",
            "rules": [RULE, {**RULE, "value": None}, {"sheet": "", "variable": None, "operator": ""}],
        },
        {"logic": "all", "blocks": [BLOCK, GROUP, {**GROUP, "blocks": []}]},
        json.dumps({"logic": "any", "blocks": [GROUP]}),
        *({"logic": "all", "rules": [{**RULE, "operator": one}]} for one in sorted(OPERATORS)),
    ],
)
def test_conditions_that_are_some(stored: Any) -> None:
    found = check_condition(stored)
    assert (found.fault, found.legacy) == (None, False)


@pytest.mark.parametrize(
    ("stored", "fault"),
    [
        ("only sometimes", "is text that no program understands"),
        ('{"logic": "none", "rules": []}', "is text that no program understands"),
        ("[1]", "is text that no program understands"),
        (7, "is neither an object nor text"),
        ([RULE], "is neither an object nor text"),
        ({"rules": [RULE]}, "has the logic null, not all or any"),
        ({"logic": "none", "rules": [RULE]}, 'has the logic "none", not all or any'),
        ({"logic": "all"}, "has rules that are not a list"),
        ({"logic": "all", "rules": {}}, "has rules that are not a list"),
        ({"logic": "all", "blocks": None, "rules": [RULE]}, "has blocks that are not a list"),
        ({"logic": "all", "rules": ["x"]}, "has a rule that is not an object"),
        ({"logic": "all", "rules": [{"variable": "v", "operator": "equals"}]}, "has a rule without `sheet`"),
        ({"logic": "all", "rules": [{**RULE, "variable": 5}]}, "has a rule whose `variable` is not text"),
        (
            {"logic": "all", "rules": [{**RULE, "operator": "strange"}]},
            'has a rule with the unknown operator "strange"',
        ),
        ({"logic": "all", "rules": [{**RULE, "operator": []}]}, "has a rule whose `operator` is not text"),
        ({"logic": "all", "blocks": [{**BLOCK, "logic": ""}]}, 'has the logic "", not all or any'),
        ({"logic": "all", "blocks": [{**GROUP, "blocks": [GROUP]}]}, "has a group within a group"),
        ({"logic": "all", "blocks": [{"id": "x"}]}, "has something that is neither a block nor a group"),
        ({"logic": "all", "blocks": [None]}, "has something that is neither a block nor a group"),
    ],
)
def test_conditions_that_are_none(stored: Any, fault: str) -> None:
    assert check_condition(stored).fault == fault


def test_a_condition_tells_its_sheets_and_cases() -> None:
    found = check_condition({"logic": "all", "blocks": [BLOCK, GROUP]})
    assert (found.sheets, found.cases) == (("mc", "mc"), ("b", "g"))
    assert check_condition({"logic": "all", "rules": [RULE]}).cases == ("r",)
    assert case_pins(("b", 5, None)) == {"b", "5", "default"}


anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["", "all", "any", "block", "group", "equals", "x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "logic",
                    "rules",
                    "blocks",
                    "type",
                    "sheet",
                    "variable",
                    "operator",
                    "value",
                    "value_type",
                    "id",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@given(anything)
def test_nothing_that_is_stored_is_too_odd(stored: Any) -> None:
    for value in (stored, json.dumps(stored)):
        check_condition(value)
        check_assignments(value)
        check_instruction(value, stored)
    assert check_condition(stored) == check_condition(stored)


@pytest.mark.parametrize(
    ("stored", "fault", "incomplete"),
    [
        (None, None, 0),
        ([], None, 0),
        ([SET, {**SET, "value": 5}, {**SET, "value": False}, {**SET, "value_type": None}], None, 0),
        ([{**SET, "operator": one, "value": None} for one, needed in SETTERS.items() if not needed], None, 0),
        ([{**SET, "operator": one, "value": None} for one, needed in SETTERS.items() if needed], None, 4),
        ([{**SET, "value_type": "variable_ref", "value_sheet": "mc", "value": "mp"}], None, 0),
        ([{**SET, "value_type": "variable_ref", "value_sheet": ""}, {"id": "blank"}, {}], None, 3),
        ({"a": 1}, "has assignments that are not a list", 0),
        ("text", "has assignments that are not a list", 0),
        ([SET, 5, {}], "has an assignment that is not an object", 1),
        ([{**SET, "operator": "multiply"}], 'has an assignment with the unknown operator "multiply"', 0),
        ([{**SET, "operator": ["set"]}], 'has an assignment with the unknown operator ["set"]', 0),
        ([{**SET, "value_type": "dice"}], 'has an assignment with the unknown kind of value "dice"', 0),
    ],
)
def test_assignments(stored: Any, fault: str | None, incomplete: int) -> None:
    found = check_assignments(stored)
    assert (found.fault, found.incomplete) == (fault, incomplete)


@pytest.mark.parametrize(
    ("instruction", "assignments", "fault", "incomplete"),
    [
        (None, None, None, 0),
        ("", [SET], None, 0),
        (json.dumps([SET, {}]), [], None, 1),
        (json.dumps([SET, {}]), [SET], None, 0),
        (None, [{}], None, 1),
        ("lose an hour", [], "encodes no list of assignments", 0),
        ('{"a": 1}', [SET], "encodes no list of assignments", 0),
        (7, None, "encodes no list of assignments", 0),
        (json.dumps([5]), None, "has an assignment that is not an object", 0),
    ],
)
def test_instructions(instruction: Any, assignments: Any, fault: str | None, incomplete: int) -> None:
    found = check_instruction(instruction, assignments)
    assert (found.fault, found.incomplete) == (fault, incomplete)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "<p></p>",
        " \n\t",
        "&nbsp;",
        "<p>&nbsp;<br/>\u200b</p>",
        "&#160;\ufeff",
        "<!-- a > b --><p>\u00ad</p>",
    ],
)
def test_what_says_nothing(text: Any) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["x", "<p>.</p>", "<3", "&lt;", "5 < 6", 5, "<>", "東"])
def test_what_says_something(text: Any) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (12, "12"),
        ("12", "12"),
        (" 12 ", "12"),
        ("", None),
        (None, None),
        (True, "true"),
        (1.0, "1.0"),
        ([1], "[1]"),
    ],
)
def test_ids_are_compared_as_text(value: Any, found: str | None) -> None:
    assert id_of(value) == found


def test_response_pins_have_their_old_names_too() -> None:
    assert response_pins([{"id": "r1"}, {"id": 7}, {"text": "none"}, "odd"]) == {
        *("r1", "resp_r1", "response_r1"),
        *("7", "resp_7", "response_7"),
    }


@given(EDGES, st.sets(NODES))
def test_what_can_be_reached(edges: list[tuple[int, int]], entries: set[int]) -> None:
    expected = set(entries)
    for _ in range(8):
        expected |= {target for source, target in edges if source in expected}
    assert reachable(entries, edges) == expected


@given(EDGES, EDGES)
def test_what_is_connected(wires: list[tuple[int, int]], jumps: list[tuple[int, int]]) -> None:
    touched = {end for edge in wires + jumps for end in edge}
    assert unconnected(range(8), wires, jumps) == set(range(8)) - touched


def test_jumps_lead_to_their_hubs() -> None:
    assert jump_edges({1: "a", 2: "gone"}, {"a": 9}) == [(1, 9)]


@given(st.dictionaries(NODES.map(str), st.frozensets(NODES.map(str), max_size=4)))
def test_circles(calls: dict[str, frozenset[str]]) -> None:
    def comes_back(one: str) -> bool:
        ahead = set(calls.get(one, ()))
        for _ in range(8):
            ahead |= {called for between in ahead for called in calls.get(between, ())}
        return one in ahead

    everything = {*calls, *(called for ones in calls.values() for called in ones)}
    assert on_circles(calls) == {one for one in everything if comes_back(one)}


def test_a_long_way_around_is_no_deep_one() -> None:
    ring = {str(one): {str((one + 1) % 50_000)} for one in range(50_000)}
    assert len(on_circles(ring)) == 50_000


def test_findings_are_counted_all_and_kept_up_to_a_limit() -> None:
    findings = Findings()
    for number in range(MAX_KEPT + 5):
        findings.add(
            Code.MISSING_SPEAKERS, Place("node", str(number), "Dialogue", "flow 1"), " names no speaker."
        )
    findings.add(Code.ORPHAN_NODES, Place("node", "1", "Hub", "flow 1"), " is not connected to anything.")
    findings.count(Code.UNREACHABLE_NODES, 7)
    report = findings.report()
    assert report.summary == {"status": "warnings", "errors": 0, "warnings": MAX_KEPT + 13, "info": 0}
    assert len(report.findings["warnings"]) == MAX_KEPT
    assert report.findings["warnings"][0]["rule"] == "orphan_nodes"
    assert report.statistics["by_rule"] == {
        "orphan_nodes": 1,
        "unreachable_nodes": 7,
        "missing_speakers": MAX_KEPT + 5,
    }
    assert report.metadata()["truncated"] is True
    again = Report.from_json(json.loads(json.dumps(report.to_json(), sort_keys=True)))
    assert again == report
    assert json.dumps(again.metadata()) == json.dumps(report.metadata())


def test_info_alone_is_passed_and_a_part_has_not_run() -> None:
    findings = Findings()
    place = Place("sheet", "1", "Sheet", name="mc")
    findings.add(Code.ORPHAN_SHEETS, place, " is not used by anything.")
    assert findings.report().summary == {"status": "passed", "errors": 0, "warnings": 0, "info": 1}
    assert "truncated" not in findings.report().metadata()
    part = Findings(frozenset({Code.EXTERNAL_REFERENCE}))
    part.add(Code.BROKEN_REFERENCES, place, " names nothing.", Target("flow", "2"), Severity.ERROR)
    assert part.report().summary == {"status": "not_run", "errors": 0, "warnings": 0, "info": 0}


def test_missing_bytes_stand_beside_what_was_found() -> None:
    missing = Missing()
    assert missing.validation(None) is None
    found = Findings().report().metadata()
    assert missing.validation(found) == found
    missing.add("7")
    alone, beside = missing.validation(None), missing.validation(found)
    assert alone is not None
    assert beside is not None
    assert (alone["status"], beside["status"]) == ("not_run", "warnings")
    assert alone["warnings"] == beside["warnings"]
    full = {**found, "status": "errors", "warnings": alone["warnings"] * MAX_KEPT}
    cut = missing.validation(full)
    assert cut is not None
    assert (cut["status"], len(cut["warnings"]), cut["truncated"]) == ("errors", MAX_KEPT, True)
