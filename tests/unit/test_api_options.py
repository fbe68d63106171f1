from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from storyarn_export.api.schemas.options import ExportOptionsIn, OptionsQuery, QuickQuery
from storyarn_export.domain.errors import InvalidOptionsError
from storyarn_export.domain.options import AssetMode, ExportOptions
from storyarn_export.serializers.formats.storyarn import STORYARN


def from_query(**values: Any) -> ExportOptions:
    return OptionsQuery.model_validate(values).to_options().to_domain()


def from_body(**values: Any) -> ExportOptions:
    return ExportOptionsIn.model_validate(values).to_domain()


def test_defaults_are_those_of_the_domain() -> None:
    assert from_body() == ExportOptions()
    assert from_query() == ExportOptions()
    assert QuickQuery().to_options().to_domain() == ExportOptions(pretty_print=True)


def test_resolved_options_can_be_sent_again() -> None:
    options = from_body(flow_ids=["3", 1, "1"], languages=["fr", "de"], include_assets="none", sheet_ids=[])
    assert options.flow_ids == (1, 3)
    assert options.languages == ("de", "fr")
    assert options.include_assets is AssetMode.NONE
    assert from_body(**options.to_json()) == options


def test_a_query_says_the_same_as_a_body() -> None:
    assert from_query(
        include_sheets="false", flow_ids=["3,1", "2"], sheet_ids=[""], scene_ids=["all"], languages=["de,fr"]
    ) == from_body(include_sheets=False, flow_ids=[1, 2, 3], sheet_ids=[], languages=["fr", "de"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"include_sheets": "true"},
        {"include_sheets": 1},
        {"include_sheets": None},
        {"include_assets": "all"},
        {"compression": "brotli"},
        {"compression": None},
        {"languages": "de"},
        {"languages": [1]},
        {"languages": ["x" * 11]},
        {"languages": ["d\0"]},
        {"version": "1\n"},
        {"version": "\ud800"},
        {"flow_ids": "1"},
        {"flow_ids": ["1.0"]},
        {"flow_ids": [1.0]},
        {"flow_ids": [True]},
        {"flow_ids": [0]},
        {"flow_ids": [-1]},
        {"flow_ids": [2**63]},
        {"flow_ids": ["9" * 5000]},
        {"flow_ids": ["٣"]},
        {"flow_ids": None},
        {"include_cheats": True},
    ],
)
def test_wrong_values_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        from_body(**wrong)


@pytest.mark.parametrize("mode", AssetMode)
def test_all_ways_of_assets_to_travel_are_known(mode: AssetMode) -> None:
    options = from_body(include_assets=mode.value)
    assert options.include_assets is mode
    STORYARN.refuse_unoffered(options)


def test_formats_that_take_no_bytes_say_so() -> None:
    plain = replace(STORYARN, asset_modes=(AssetMode.REFERENCES, AssetMode.NONE))
    with pytest.raises(InvalidOptionsError) as refused:
        plain.refuse_unoffered(from_body(include_assets="bundled"))
    assert [error["path"] for error in refused.value.extra["errors"]] == ["options.include_assets"]


@pytest.mark.parametrize("ids", [["x"], ["1,x"], ["0"], [str(2**63)], ["all,1"]])
def test_wrong_ids_in_a_query(ids: list[str]) -> None:
    with pytest.raises(InvalidOptionsError):
        from_query(flow_ids=ids)


@pytest.mark.parametrize("locales", [["x" * 11], ["de,\0"]])
def test_wrong_locales_in_a_query(locales: list[str]) -> None:
    with pytest.raises(InvalidOptionsError) as refused:
        from_query(languages=locales)
    assert [error["path"] for error in refused.value.extra["errors"]] == ["languages"]


@pytest.mark.parametrize("value", ["1", "yes", "True", ""])
def test_booleans_in_a_query_are_strict(value: str) -> None:
    with pytest.raises(ValidationError):
        from_query(include_sheets=value)
