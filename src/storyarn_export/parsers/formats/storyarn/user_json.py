"""Readers of user JSON: opaque, but for the references that some of it hides."""

from collections.abc import Callable
from typing import Any

from storyarn_export.domain.story import Kind
from storyarn_export.parsers.formats.storyarn.cutting import Cutter, template
from storyarn_export.parsers.formats.storyarn.fields import Read

Print = Callable[[Any], str]
# What a cut does to a value before it is printed.
Cut = Callable[[Any, Cutter], Any]


def user_json(printed: Print, cut: Cut | None = None) -> Read:
    """Any JSON value, as text.

    Args:
        printed: prints a parsed value.
        cut: takes the references out.
    """

    def read(value: Any, cutter: Cutter) -> str:
        return template(printed(cut(value, cutter) if cut else value))

    return read


def cut_block_value(value: Any, cutter: Cutter) -> Any:
    """References of a block's value: the target of a reference block, mentions in any text."""
    if cutter.entity.get("type") == "reference":
        cutter.typed(value, (Kind.SHEET, Kind.FLOW), "value", "value")
    return cutter.texts(value, "value", "value")


def cut_node_data(value: Any, cutter: Cutter) -> Any:
    """References of a node's data, by the node's type; mentions in any text."""
    match cutter.entity.get("type"):
        case "dialogue":
            _cut_speech(value, cutter, "data")
            if isinstance(value, dict):
                _cut_speech(value.get("dual_dialogue"), cutter, "data.dual_dialogue")
        case "scene":
            cutter.scalar(value, "location_sheet_id", Kind.SHEET, "data", "data")
            cutter.scalar(value, "scene_id", Kind.SCENE, "data", "data")
        case "subflow":
            cutter.scalar(value, "referenced_flow_id", Kind.FLOW, "data", "data")
        case "exit":
            cutter.scalar(value, "referenced_flow_id", Kind.FLOW, "data", "data")
            target = value.get("target_type") if isinstance(value, dict) else None
            if target in (Kind.SCENE, Kind.FLOW):
                cutter.scalar(value, "target_id", Kind(target), "data", "data")
    return cutter.texts(value, "data", "data")


def cut_element_data(value: Any, cutter: Cutter) -> Any:
    """References of a screenplay element's data: characters and linked screenplays; mentions in any text."""
    cutter.scalar(value, "sheet_id", Kind.SHEET, "data", "data")
    if isinstance(value, dict):
        for side in ("left", "right"):
            cutter.scalar(value.get(side), "sheet_id", Kind.SHEET, "data", f"data.{side}")
        choices = value.get("choices")
        for index, choice in enumerate(choices if isinstance(choices, list) else ()):
            cutter.scalar(choice, "linked_screenplay_id", Kind.SCREENPLAY, "data", f"data.choices[{index}]")
    return cutter.texts(value, "data", "data")


def _cut_speech(holder: Any, cutter: Cutter, path: str) -> None:
    cutter.scalar(holder, "speaker_sheet_id", Kind.SHEET, "data", path)
    cutter.scalar(holder, "audio_asset_id", Kind.ASSET, "data", path)
