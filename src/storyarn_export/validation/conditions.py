"""Whether a stored condition is one. What its rules compare, and whether that is there, is not looked at."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from storyarn_export.domain.conditions import LOGICS, decode_condition

OPERATORS = frozenset(
    (
        *("equals", "not_equals", "contains", "not_contains", "starts_with", "ends_with", "is_empty"),
        *("greater_than", "greater_than_or_equal", "less_than", "less_than_or_equal"),
        *("is_true", "is_false", "is_nil", "before", "after"),
    )
)
KEYS = ("sheet", "variable", "operator")
LEGACY = "is text that no program understands"
# Of what stands where a word belongs.
MAX_SHOWN_CHARS = 60


class Condition(NamedTuple):
    """A condition that was looked at.

    Attributes:
        fault: what is wrong, to be put after `its condition`; None if nothing is.
        legacy: whether the fault is that it is old text.
        sheets: shortcuts that its rules name.
        cases: ids of its top-level blocks or rules, in order: the output pins of a switch.
    """

    fault: str | None = None
    legacy: bool = False
    sheets: tuple[str, ...] = ()
    cases: tuple[Any, ...] = ()


NONE = Condition()


def check_condition(stored: Any) -> Condition:
    """Look at a condition.

    Args:
        stored: parsed; null and what is empty are no condition. Another string counts as the condition
            that it encodes.
    """
    if not stored and not isinstance(stored, bool | int | float):
        return NONE
    if isinstance(stored, str):
        decoded = decode_condition(stored, orjson.loads)
        if decoded is None:
            return Condition(LEGACY, legacy=True)
        stored = decoded
    if not isinstance(stored, dict):
        return Condition("is neither an object nor text")
    sheets: list[str] = []
    faults = list(_faults(stored, sheets))
    items = stored.get("blocks") if "blocks" in stored else stored.get("rules")
    cases = [item.get("id") for item in items if isinstance(item, dict)] if isinstance(items, list) else ()
    return Condition(faults[0] if faults else None, sheets=tuple(sheets), cases=tuple(cases))


def _faults(condition: dict[str, Any], sheets: list[str]) -> Iterator[str]:
    """Faults, in order; fills `sheets` on the way."""
    yield from _logic(condition)
    if "blocks" not in condition:
        yield from _rules(condition.get("rules"), sheets)
        return
    yield from _items(condition["blocks"], sheets, groups=True)


def _items(items: Any, sheets: list[str], *, groups: bool) -> Iterator[str]:
    if not isinstance(items, list):
        yield "has blocks that are not a list"
        return
    for item in items:
        kind = item.get("type") if isinstance(item, dict) else None
        if kind == "block":
            yield from _logic(item)
            yield from _rules(item.get("rules"), sheets)
        elif kind == "group" and groups:
            yield from _logic(item)
            yield from _items(item.get("blocks"), sheets, groups=False)
        elif kind == "group":
            yield "has a group within a group"
        else:
            yield "has something that is neither a block nor a group"


def _logic(part: dict[str, Any]) -> Iterator[str]:
    logic = part.get("logic")
    if not isinstance(logic, str) or logic not in LOGICS:
        yield f"has the logic {_shown(logic)}, not all or any"


def _rules(rules: Any, sheets: list[str]) -> Iterator[str]:
    if not isinstance(rules, list):
        yield "has rules that are not a list"
        return
    for rule in rules:
        if not isinstance(rule, dict):
            yield "has a rule that is not an object"
            continue
        sheet, operator = rule.get("sheet"), rule.get("operator")
        if isinstance(sheet, str):
            sheets.append(sheet)
        yield from _keys(rule)
        if isinstance(operator, str) and operator and operator not in OPERATORS:
            yield f"has a rule with the unknown operator {_shown(operator)}"


def _keys(rule: dict[str, Any]) -> Iterator[str]:
    for key in KEYS:
        if key not in rule:
            yield f"has a rule without `{key}`"
        elif rule[key] is not None and not isinstance(rule[key], str):
            yield f"has a rule whose `{key}` is not text"


def _shown(value: Any) -> str:
    return orjson.dumps(value).decode()[:MAX_SHOWN_CHARS]
