"""Whether stored assignments are some. What they set, and whether that is there, is not looked at."""

from typing import Any, NamedTuple

import orjson

from storyarn_export.domain.conditions import decode_assignments

# An operator, and whether it needs a value.
OPERATORS = {
    "set": True,
    "add": True,
    "subtract": True,
    "set_if_unset": True,
    "set_true": False,
    "set_false": False,
    "toggle": False,
    "clear": False,
}
LITERAL, VARIABLE = "literal", "variable_ref"
# Of what stands where a word belongs.
MAX_SHOWN_CHARS = 60


class Instruction(NamedTuple):
    """Assignments that were looked at.

    Attributes:
        fault: what is wrong, to be put after the name of what holds them; None if nothing is.
        incomplete: how many are not filled in, so that they do nothing.
        sheets: shortcuts that they name.
    """

    fault: str | None = None
    incomplete: int = 0
    sheets: tuple[str, ...] = ()


NONE = Instruction()


def check_assignments(stored: Any) -> Instruction:
    """Look at a list of assignments; null is none."""
    if stored is None:
        return NONE
    if not isinstance(stored, list):
        return Instruction("has assignments that are not a list")
    sheets: list[str] = []
    fault: str | None = None
    incomplete = 0
    for one in stored:
        wrong = _fault(one)
        fault = fault or wrong
        if isinstance(one, dict):
            sheets += [one[key] for key in ("sheet", "value_sheet") if isinstance(one.get(key), str)]
        if wrong is None and not _complete(one):
            incomplete += 1
    return Instruction(fault, incomplete, tuple(sheets))


def check_instruction(stored: Any, assignments: Any) -> Instruction:
    """Look at what a response does.

    Args:
        stored: its `instruction`: null, a list encoded in a string, or old text.
        assignments: its own list, which counts if there is something in it.
    """
    native = check_assignments(assignments)
    if stored is None or stored == "":
        return native
    decoded = decode_assignments(stored, orjson.loads) if isinstance(stored, str) else stored
    if not isinstance(decoded, list):
        return native._replace(fault=native.fault or "encodes no list of assignments")
    return native if assignments else check_assignments(decoded)


def _fault(one: Any) -> str | None:
    if not isinstance(one, dict):
        return "has an assignment that is not an object"
    operator, kind = one.get("operator"), one.get("value_type")
    if operator and (not isinstance(operator, str) or operator not in OPERATORS):
        return f"has an assignment with the unknown operator {_shown(operator)}"
    if kind and kind not in (LITERAL, VARIABLE):
        return f"has an assignment with the unknown kind of value {_shown(kind)}"
    return None


def _complete(one: dict[str, Any]) -> bool:
    if not (_is_word(one.get("sheet")) and _is_word(one.get("variable")) and one.get("operator")):
        return False
    if not OPERATORS[one["operator"]]:
        return True
    value = one.get("value")
    if one.get("value_type") == VARIABLE:
        return _is_word(value) and _is_word(one.get("value_sheet"))
    return value is not None and value != ""


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and value != ""


def _shown(value: Any) -> str:
    return orjson.dumps(value).decode()[:MAX_SHOWN_CHARS]
