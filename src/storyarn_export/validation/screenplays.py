"""Screenplays through the rules: what they and their elements name and do."""

from collections.abc import Sequence
from typing import Any

import orjson

from storyarn_export.domain.story import Batch, Kind
from storyarn_export.serializers.writing.jsonb import loads_all
from storyarn_export.validation.judges import Judges
from storyarn_export.validation.links import State
from storyarn_export.validation.report import Place, Target

COLUMNS = 7
SIDES = ("left", "right")


class ScreenplayRules:
    """Takes the rows of `queries/screenplays.sql`.

    Args:
        judges: look at the parts.
    """

    def __init__(self, judges: Judges) -> None:
        self._judges = judges
        self._screenplay = Place("screenplay", "", "Screenplay")

    def take(self, batch: Batch) -> None:
        """Take rows, in order; a screenplay may begin in one batch and end in another."""
        for tag, *values in zip(batch.tags, *batch.columns, strict=True):
            if tag == b"screenplay":
                self._begin(values)
            else:
                self._element(values)

    def _begin(self, values: Sequence[bytes]) -> None:
        old_id, name, *more = values
        self._screenplay = place = Place("screenplay", old_id.decode(), "Screenplay", name=orjson.loads(name))
        flow, original, parent, description = loads_all(more)
        links = self._judges.links
        links.check(place, "flow", Kind.FLOW, flow)
        links.check(place, "original", Kind.SCREENPLAY, original)
        links.check(place, "parent", Kind.SCREENPLAY, parent, weak=True)
        self._judges.usage.ids(links.mentions(place, description))

    def _element(self, values: Sequence[bytes]) -> None:
        place = Place("element", values[0].decode(), "Element", self._screenplay.as_root)
        data, content, node = loads_all(values[1:4])
        self._judges.usage.ids(self._judges.links.mentions(place, content))
        if node is not None:
            self._judges.links.judge(place, "node", Target("node", str(node)), State(values[4].decode()))
        if isinstance(data, dict) and data:
            self._data(place, data)

    def _data(self, place: Place, data: dict[str, Any]) -> None:
        self._speaker(place, "sheet", data)
        for side in SIDES:
            if isinstance(data.get(side), dict):
                self._speaker(place, f"{side} sheet", data[side])
        if data.get("condition") is not None:
            self._judges.logic.condition(place, data["condition"])
        if data.get("assignments") is not None:
            self._judges.logic.assignments(place, data["assignments"])
        choices = data.get("choices")
        for index, choice in enumerate(choices if isinstance(choices, list) else ()):
            self._judges.logic.response(place, choice, index)
            if isinstance(choice, dict):
                linked = choice.get("linked_screenplay_id")
                self._judges.links.check(place, "linked screenplay", Kind.SCREENPLAY, linked)

    def _speaker(self, place: Place, what: str, held: dict[str, Any]) -> None:
        self._judges.usage.id(self._judges.links.check(place, what, Kind.SHEET, held.get("sheet_id")))
        self._judges.usage.ids(self._judges.links.mentions(place, held.get("dialogue")))
