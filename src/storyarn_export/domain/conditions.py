"""Conditions and assignments as stored: structured, encoded in a string, or legacy text."""

from collections.abc import Callable
from typing import Any

LOGICS = frozenset({"all", "any"})


def decode_condition(stored: str, parse: Callable[[str], Any]) -> dict[str, Any] | None:
    """The structured condition that a string encodes.

    Args:
        stored: the string.
        parse: JSON parser that raises ValueError.

    Returns:
        An object with logic all or any and a list of rules or blocks; None when the string is legacy text.
    """
    try:
        value = parse(stored)
    except (ValueError, RecursionError):
        return None
    logic = value.get("logic") if isinstance(value, dict) else None
    if not isinstance(logic, str) or logic not in LOGICS:
        return None
    items = value["blocks"] if "blocks" in value else value.get("rules")
    return value if isinstance(items, list) else None


def decode_assignments(stored: str, parse: Callable[[str], Any]) -> list[Any] | None:
    """The list of assignments that a string encodes; None when it encodes no list.

    Args:
        stored: the string.
        parse: JSON parser that raises ValueError.
    """
    try:
        value = parse(stored)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None
