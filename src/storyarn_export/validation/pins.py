"""Which output pins a node has."""

from collections.abc import Callable
from typing import Any

# Answers whether a node has an output pin of that name.
Pins = Callable[[str], bool]

ONE = frozenset({"output", "default"})
LINE = frozenset({"output"})
BRANCHES = frozenset({"true", "false"})
RESPONSE_ALIASES = ("resp_", "response_")
# Those of a node that holds nothing which says otherwise.
PLAIN: dict[str, frozenset[str]] = {
    "entry": ONE,
    "hub": ONE,
    "instruction": ONE,
    "scene": ONE,
    "dialogue": LINE,
    "condition": BRANCHES,
    "subflow": frozenset(),
    "exit": frozenset(),
    "jump": frozenset(),
}


def response_pins(responses: list[Any]) -> frozenset[str]:
    """Of a dialogue: one a response, also by the names that older editors gave them."""
    ids = [str(one["id"]) for one in responses if isinstance(one, dict) and one.get("id") is not None]
    return frozenset(ids).union(*([alias + one for one in ids] for alias in RESPONSE_ALIASES))


def case_pins(cases: tuple[Any, ...]) -> frozenset[str]:
    """Of a condition that is a switch: one a case, and the default."""
    return frozenset({"default", *(str(one) for one in cases if one is not None)})
