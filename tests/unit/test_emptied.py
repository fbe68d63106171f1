from typing import Any

from storyarn_export.domain.options import AssetMode, ExportOptions
from storyarn_export.domain.story import Kind
from storyarn_export.verification.emptied import Absences, Emptied, Place, told_absences


def test_what_was_emptied_is_found_beside_rows_that_come_after_what_is_below_them() -> None:
    lines = (
        b'[2,"parent_id","9",null]',
        b'[3,"data.speaker_sheet_id","7","sheet"]',
        b'[3,"data.text","7","flow"]',
        b'[6,"scene_id","8",null]',
    )
    emptied = Emptied(lines)
    # Roots are numbered 2 and 5, what is below them 3, 4 and 6.
    found = {ordinal: list(emptied.of(ordinal)) for ordinal in (1, 3, 4, 2, 6, 5)}
    assert found == {
        1: [],
        3: [Place("data.speaker_sheet_id", "7", "sheet"), Place("data.text", "7", "flow")],
        4: [],
        2: [Place("parent_id", "9", None)],
        6: [Place("scene_id", "8", None)],
        5: [],
    }


def test_what_a_file_may_refer_to_without_holding_it() -> None:
    options = ExportOptions(include_assets=AssetMode.NONE, include_screenplays=False, flow_ids=(1,))
    absences = Absences(options, frozenset({("sheet", "5")}))
    allowed = {(kind, old_id) for kind in Kind for old_id in ("5", "6") if absences.allow(kind, old_id)}
    whole = {Kind.ASSET, Kind.SCREENPLAY, Kind.ELEMENT, Kind.FLOW, Kind.NODE, Kind.FLOW_CONNECTION}
    assert allowed == {(kind, old_id) for kind in whole for old_id in ("5", "6")} | {(Kind.SHEET, "5")}
    assert all(Absences(options, None).allow(kind, "6") for kind in Kind)


def test_validation_of_any_form_is_read_without_harm() -> None:
    nothing: tuple[Any, ...] = (
        None,
        1,
        [],
        {},
        {"status": []},
        {"status": "not_run", "warnings": []},
        {"status": "passed", "truncated": True},
    )
    for broken in nothing:
        assert told_absences({"validation": broken}) is None
    assert (
        told_absences({"validation": {"status": "passed", "info": [1, {}, {"target_type": 3}]}})
        == frozenset()
    )
    finding = {"target_type": "sheet", "target_id": 5}
    assert told_absences({"validation": {"status": "warnings", "warnings": [finding]}}) == frozenset(
        {("sheet", "5")}
    )
