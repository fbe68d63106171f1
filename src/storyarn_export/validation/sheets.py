"""Sheets through the rules: what they and their blocks name."""

from collections.abc import Sequence

import orjson

from storyarn_export.domain.story import Batch, Kind
from storyarn_export.serializers.writing.jsonb import loads_all
from storyarn_export.validation.judges import Court, Judges
from storyarn_export.validation.links import State
from storyarn_export.validation.report import Place, Target

COLUMNS = 10
REFERENCES = frozenset({Kind.SHEET, Kind.FLOW})


class SheetRules:
    """Takes the rows of `queries/sheets.sql`.

    Args:
        court: whose judges look at the parts.
    """

    def __init__(self, court: Court) -> None:
        self._court = court
        self._judges = court.unheard
        self._sheet = Place("sheet", "", "Sheet")

    def take(self, batch: Batch) -> None:
        """Take rows, in order; a sheet may begin in one batch and end in another."""
        for tag, *values in zip(batch.tags, *batch.columns, strict=True):
            if tag == b"sheet":
                self._begin(values)
            else:
                self._block(tag, values)

    def _begin(self, values: Sequence[bytes]) -> None:
        old_id, name, reported, *more = values
        self._sheet = Place("sheet", old_id.decode(), "Sheet", name=orjson.loads(name))
        is_reported = reported == b"true"
        self._judges = judges = self._court.over(reported=is_reported)
        shortcut, parent, avatar, banner, description, hidden = loads_all(more)
        judges.findings.checked["sheets"] += 1
        judges.usage.sheet(self._sheet.id, shortcut, parent, reported=is_reported)
        judges.usage.ids(judges.links.mentions(self._sheet, description), by=self._sheet.id)
        judges.links.check(self._sheet, "parent", Kind.SHEET, parent, weak=True)
        judges.links.check(self._sheet, "avatar", Kind.ASSET, avatar)
        judges.links.check(self._sheet, "banner", Kind.ASSET, banner)
        for block_id, state in (hidden or {}).items():
            judges.links.judge(self._sheet, "hidden block", Target("block", block_id), State(state))

    def _block(self, tag: bytes, values: Sequence[bytes]) -> None:
        old_id, value, inherited, state, *_ = values
        place = Place("block", old_id.decode(), "Block", self._sheet.as_root)
        held, source = loads_all((value, inherited))
        if source is not None:
            self._judges.links.judge(place, "source", Target("block", source), State(state.decode()))
        if tag == b"rich_text":
            self._judges.usage.ids(self._judges.links.mentions(place, held), by=self._sheet.id)
        elif tag == b"reference" and isinstance(held, dict):
            self._reference(self._judges, place, held)

    def _reference(self, judges: Judges, place: Place, held: dict[str, object]) -> None:
        kind = held.get("target_type")
        named = judges.links.typed(place, "value", REFERENCES, kind, held.get("target_id"))
        if named is not None and kind == Kind.SHEET:
            judges.usage.ids((named,), by=self._sheet.id)
