"""Which versions of the format are read, and how older ones become the present one."""

import io
import json
from typing import Any

import pytest

from storyarn_export.domain.document import FIELDS, DocumentRow, Notice
from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.document import StoryarnDocument
from storyarn_export.parsers.formats.storyarn.versions import (
    CURRENT,
    UPGRADES,
    Upgrade,
    Upgrading,
    upgrading_from,
)
from storyarn_export.parsers.guard import MIB, Limits
from tests.factories.catalogue import catalogue
from tests.factories.documents import block, document, encode, flow, node, sheet

LIMITS = Limits(max_bytes=8 * MIB)


def _title_was_name(entity: dict[str, Any]) -> dict[str, Any]:
    return {"name": entity.pop("title"), **entity}


def _colour_was_a_number(entity: dict[str, Any]) -> dict[str, Any]:
    return {"color": f"#{entity.pop('colour'):06x}", **entity}


def _type_was_kind(entity: dict[str, Any]) -> dict[str, Any]:
    return {"type": entity.pop("kind"), **entity}


# A past that the format never had.
EARLY = Upgrade(
    (0, 8),
    (0, 9),
    {Kind.SHEET: _title_was_name, Kind.NODE: _type_was_kind},
    {Kind.SHEET: frozenset({"title"}), Kind.NODE: frozenset({"kind"})},
)
LATE = Upgrade((0, 9), (1, 0), {Kind.SHEET: _colour_was_a_number}, {Kind.SHEET: frozenset({"colour"})})
PAST = (LATE, EARLY)


def renamed(entity: dict[str, Any], old: str, new: str, value: Any = None) -> dict[str, Any]:
    kept = {key: one for key, one in entity.items() if key != new}
    return {**kept, old: entity[new] if value is None else value}


def older(version: str) -> dict[str, Any]:
    made = sheet(1, "Anna", color="#00ff7f", blocks=[block(2)])
    made = renamed(made, "colour", "color", 0x00FF7F)
    hub = node(4, "hub")
    if version.startswith("0.8"):
        made, hub = renamed(made, "title", "name"), renamed(hub, "kind", "type")
    return document(storyarn_version=version, sheets=[made], flows=[flow(3, nodes=[hub])])


def read(source: dict[str, Any]) -> tuple[list[DocumentRow], tuple[Notice, ...]]:
    opened = StoryarnDocument(io.BytesIO(encode(source)), LIMITS, upgrades=PAST)
    return list(opened.rows()), opened.notices()


def value(row: DocumentRow, name: str) -> Any:
    return row.values[FIELDS[row.kind].index(name)]


@pytest.mark.parametrize("version", ["0.8.0", "0.8", "0.9.3"])
def test_an_older_version_is_read_step_by_step(version: str) -> None:
    rows, notices = read(older(version))
    by_kind = {row.kind: row for row in rows}
    assert value(by_kind[Kind.SHEET], "name") == "Anna"
    assert value(by_kind[Kind.SHEET], "color") == "#00ff7f"
    assert value(by_kind[Kind.NODE], "type") == "hub"
    assert len(rows) == 4
    assert notices == ()


def test_an_older_version_has_to_say_so_first() -> None:
    late = document(sheets=[sheet(1)])
    del late["storyarn_version"]
    late["storyarn_version"] = "0.9.0"
    with pytest.raises(DocumentError) as refused:
        read(late)
    assert (refused.value.document_code, refused.value.path) == ("unsupported-version", "$.storyarn_version")


def test_the_present_version_may_say_so_last() -> None:
    source = catalogue()
    version = source.pop("storyarn_version")
    first, _ = read({"storyarn_version": version, **source})
    last, _ = read({**source, "storyarn_version": version})
    assert first == last


@pytest.mark.parametrize("version", ["1.1.0", "1.99", "1.10.0-rc.1"])
def test_a_later_minor_version_is_read_and_told(version: str) -> None:
    newer = json.loads(json.dumps(catalogue()))
    newer["storyarn_version"] = version
    newer["timeline"] = [{"id": "1"}]
    newer["sheets"][0]["mood"] = {"a": [1]}
    rows, notices = read(newer)
    expected, _ = read(catalogue())
    assert [(row.kind, row.values) for row in rows] == [(row.kind, row.values) for row in expected]
    told = {notice.code: notice.count for notice in notices}
    assert (told["later-version"], told["unknown-key"]) == (1, 1)


@pytest.mark.parametrize("version", ["1", "1.0", "1.0.0", "1.0.7", "1.0.0+build"])
def test_the_present_version(version: str) -> None:
    assert upgrading_from(version, "$") == Upgrading()


@pytest.mark.parametrize(
    "version",
    ["", "2", "2.0.0", "0.9.0", "10.0", "-1.0", "v1.0", "1,0", "one", "1.x", "\u0661.0", "9" * 10_000],
)
def test_other_versions_are_refused(version: str) -> None:
    with pytest.raises(DocumentError) as refused:
        upgrading_from(version, "$.storyarn_version")
    assert (refused.value.document_code, refused.value.path) == ("unsupported-version", "$.storyarn_version")
    assert refused.value.hint == "versions 1.x can be read"


def test_a_way_that_ends_early_is_no_way() -> None:
    with pytest.raises(DocumentError) as refused:
        upgrading_from("0.8.0", "$", upgrades=(EARLY,))
    assert refused.value.hint == "versions 0.8, 1.x can be read"


def test_minor_versions_that_changed_nothing_are_passed_over() -> None:
    step = Upgrade((1, 1), (1, 2), {}, {})
    for version, steps in (("1.0.0", ()), ("1.1.0", (step,)), ("1.2.0", ())):
        assert upgrading_from(version, "$", upgrades=(step,), current=(1, 2)).steps == steps


def test_every_upgrade_leads_to_the_present() -> None:
    for one in UPGRADES:
        assert one.source < one.target
        upgrading_from(f"{one.source[0]}.{one.source[1]}", "$")
    assert len({one.source for one in UPGRADES}) == len(UPGRADES)
    assert CURRENT == (1, 0)
