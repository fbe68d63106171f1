"""Scenes through the rules: what they, their pins and their zones name and do."""

from collections.abc import Sequence
from typing import Any

import orjson

from storyarn_export.domain.story import Batch, Kind
from storyarn_export.serializers.writing.jsonb import loads_all
from storyarn_export.validation.judges import Court
from storyarn_export.validation.report import Place
from storyarn_export.validation.rules import Code

COLUMNS = 7
TARGETS = frozenset({Kind.SHEET, Kind.FLOW, Kind.SCENE})
# Its target is an address, not an id.
WEB = "url"


class SceneRules:
    """Takes the rows of `queries/scenes.sql`.

    Args:
        court: whose judges look at the parts.
    """

    def __init__(self, court: Court) -> None:
        self._court = court
        self._judges = court.unheard
        self._scene = Place("scene", "", "Scene")

    def take(self, batch: Batch) -> None:
        """Take rows, in order; a scene may begin in one batch and end in another."""
        for tag, *values in zip(batch.tags, *batch.columns, strict=True):
            if tag == b"scene":
                self._begin(values)
            else:
                self._part(tag.decode(), values)

    def _begin(self, values: Sequence[bytes]) -> None:
        old_id, name, reported, *more = values
        self._scene = Place("scene", old_id.decode(), "Scene", name=orjson.loads(name))
        self._judges = judges = self._court.over(reported=reported == b"true")
        background, parent, description = loads_all(more)
        judges.links.check(self._scene, "background", Kind.ASSET, background)
        judges.links.check(self._scene, "parent", Kind.SCENE, parent, weak=True)
        judges.usage.ids(judges.links.mentions(self._scene, description))

    def _part(self, kind: str, values: Sequence[bytes]) -> None:
        place = Place(kind, values[0].decode(), kind.capitalize(), self._scene.as_root)
        (target_type, target_id), condition, action, sheet, icon = loads_all(values[1:])
        links, usage = self._judges.links, self._judges.usage
        if target_type != WEB:
            named = links.typed(place, "target", TARGETS, target_type, target_id)
            usage.id(named if target_type == Kind.SHEET else None)
        usage.id(links.check(place, "sheet", Kind.SHEET, sheet))
        links.check(place, "icon", Kind.ASSET, icon)
        if condition is not None:
            self._judges.logic.condition(place, condition)
        self._action(place, *action)

    def _action(self, place: Place, kind: Any, data: Any) -> None:
        held = data if isinstance(data, dict) else {}
        self._judges.usage.variable(held.get("variable_ref"))
        if kind != "instruction":
            return
        if held.get("assignments") is None:
            says = ": the instruction has no assignments."
            self._judges.findings.add(Code.INVALID_INSTRUCTIONS, place, says)
        else:
            self._judges.logic.assignments(place, held["assignments"])
