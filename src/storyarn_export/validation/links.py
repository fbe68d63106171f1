"""References: what they name is in the file, elsewhere in the project, or gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson

from storyarn_export.domain.story import Kind
from storyarn_export.validation.report import Findings, Place, Target
from storyarn_export.validation.rules import Code
from storyarn_export.validation.texts import mentioned

# Of what stands where an id belongs.
MAX_SHOWN_CHARS = 60


class State(StrEnum):
    """Where what a reference names is; queries use the same words."""

    GONE = "gone"
    OUTSIDE = "outside"
    INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Known:
    """Ids of what can be referred to.

    Attributes:
        live: what is in the project, by kind.
        inside: what of it is in the file.
    """

    live: Mapping[Kind, frozenset[str]]
    inside: Mapping[Kind, frozenset[str]]

    def state(self, kind: Kind, old_id: str) -> State:
        """Where something is."""
        if old_id in self.inside[kind]:
            return State.INSIDE
        return State.OUTSIDE if old_id in self.live[kind] else State.GONE


def id_of(value: Any) -> str | None:
    """The id that a JSON value stands for: a number and its digits are the same; None where there is none."""
    if isinstance(value, str):
        return value.strip() or None
    if value is None:
        return None
    # Of what can be no id, enough to be seen, and nothing that could be taken for one.
    return str(value) if type(value) is int else orjson.dumps(value).decode()[:MAX_SHOWN_CHARS]


class Links:
    """Judges references.

    Args:
        findings: takes what is wrong.
        known: what there is.
    """

    def __init__(self, findings: Findings, known: Known) -> None:
        self._findings = findings
        self._known = known

    def holds(self, kind: Kind, old_id: str) -> bool:
        """Whether something is in the file."""
        return old_id in self._known.inside[kind]

    def state(self, kind: Kind, old_id: str) -> State:
        """Where something is."""
        return self._known.state(kind, old_id)

    def check(self, place: Place, what: str, kind: Kind, value: Any, *, weak: bool = False) -> str | None:
        """Judge a reference; one that names nothing is none.

        Args:
            place: what holds it.
            what: what the thing is to it, such as `speaker`.
            kind: of the thing.
            value: as it is stored.
            weak: it says no more than where a thing is shown, so that it is not broken when what it names is in the
                trash.

        Returns:
            The id; None where there is none.
        """
        old_id = id_of(value)
        if old_id is not None and old_id not in self._known.inside[kind]:
            self.judge(place, what, Target(kind.value, old_id), self._known.state(kind, old_id), weak=weak)
        return old_id

    def judge(self, place: Place, what: str, target: Target, state: State, *, weak: bool = False) -> None:
        """Report a reference unless its thing is in the file.

        Args:
            place: what holds it.
            what: what the thing is to it.
            target: the thing.
            state: where it is.
            weak: as for `check`.
        """
        says = f" names {target.type} {target.id} as its {what}, which is not in the"
        if state is State.GONE and not weak:
            self._findings.add(Code.BROKEN_REFERENCES, place, f"{says} project.", target)
        elif state is State.OUTSIDE:
            self._findings.add(Code.EXTERNAL_REFERENCE, place, f"{says} file.", target)

    def mentions(self, place: Place, text: Any) -> frozenset[str]:
        """Judge whom a text mentions; a mention of what is gone is only words.

        Args:
            place: what holds the text.
            text: as it is stored; what is no text mentions nothing.

        Returns:
            Ids of the sheets.
        """
        sheets: set[str] = set()
        for kind, old_id in mentioned(text):
            self.check(place, "mention", kind, old_id, weak=True)
            if kind is Kind.SHEET:
                sheets.add(old_id)
        return frozenset(sheets)

    def typed(self, place: Place, what: str, kinds: frozenset[Kind], type_: Any, value: Any) -> str | None:
        """Judge a reference whose kind stands beside it.

        Args:
            place: what holds it.
            what: what the thing is to it.
            kinds: those that there are.
            type_: the kind as it is stored.
            value: the id as it is stored.

        Returns:
            The id; None where there is none, or no kind.
        """
        old_id = id_of(value)
        if old_id is None or type_ is None or type_ == "":
            return None
        if isinstance(type_, str) and type_ in kinds:
            return self.check(place, what, Kind(type_), value)
        self.judge(place, what, Target(str(type_)[:MAX_SHOWN_CHARS], old_id), State.GONE)
        return old_id
