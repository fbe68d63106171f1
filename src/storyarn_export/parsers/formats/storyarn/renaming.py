"""Writes other shortcuts of sheets into the values that name sheets by shortcut.

Each name is looked up once and what it becomes is never looked at again, so a chain of names does no harm. A name that
stands before a variable ends where the longest shortcut that is known ends.
"""

import re
from collections.abc import Callable
from typing import Any

from storyarn_export.domain.conditions import decode_assignments, decode_condition
from storyarn_export.parsers.formats.storyarn.text import Printer
from storyarn_export.parsers.formats.storyarn.window import parse_json

# What a sheet of the file is called in the project; None when the file has no such sheet.
Resolve = Callable[[str], str | None]

MAX_SHORTCUT = 50
NAMES = ("sheet", "value_sheet")
STEP = re.compile(r"[.]")
INTERPOLATION = re.compile(r"(?P<before>\{\s*|\$)(?P<reference>[a-z0-9][A-Za-z0-9_.\-]*)")


class Renamer:
    """Rewrites stored values of one file.

    Args:
        resolve: tells the new names.
        printer: prints what was encoded in a string.
    """

    def __init__(self, resolve: Resolve, printer: Printer) -> None:
        self._resolve = resolve
        self._printer = printer

    def data(self, value: Any, *, has_speech: bool = False) -> Any:
        """Data of a node, an element or an action.

        Args:
            value: parsed; conditions, assignments and references to variables in it are rewritten wherever they stand.
            has_speech: whether its texts are spoken, and may thus hold values of variables.
        """
        match value:
            case dict():
                return {key: self._member(key, child, has_speech=has_speech) for key, child in value.items()}
            case list():
                return [self.data(child, has_speech=has_speech) for child in value]
            case _:
                return value

    def condition(self, value: Any) -> Any:
        """A condition: structured, or encoded in a string; legacy text stays as it is."""
        if not isinstance(value, str):
            return self._rules(value)
        return self._encoded(value, decode_condition(value, parse_json))

    def text(self, text: str) -> str:
        """A spoken text: `{sheet.variable}` and `$sheet.variable`."""
        return INTERPOLATION.sub(lambda found: found["before"] + self.reference(found["reference"]), text)

    def reference(self, reference: str) -> str:
        """`sheet.variable`."""
        for end in _ends(reference):
            new = self._resolve(reference[:end])
            if new is not None:
                return new + reference[end:]
        return reference

    def cells(self, value: Any, slugs: list[str]) -> Any:
        """Cells of a row of a table, of which some hold shortcuts."""
        if not isinstance(value, dict):
            return value
        return {key: self._cell(cell) if key in slugs else cell for key, cell in value.items()}

    def _member(self, key: str, value: Any, *, has_speech: bool) -> Any:
        match key:
            case "condition":
                return self.condition(value)
            case "assignments" | "instruction_assignments":
                return self._rules(value)
            case "instruction" if isinstance(value, str):
                return self._encoded(value, decode_assignments(value, parse_json))
            case "variable_ref" if isinstance(value, str):
                return self.reference(value)
            case "text" if has_speech and isinstance(value, str):
                return self.text(value)
            case _:
                return self.data(value, has_speech=has_speech)

    def _rules(self, value: Any) -> Any:
        match value:
            case dict():
                return {
                    key: self._name(child) if key in NAMES and isinstance(child, str) else self._rules(child)
                    for key, child in value.items()
                }
            case list():
                return [self._rules(child) for child in value]
            case _:
                return value

    def _encoded(self, stored: str, decoded: Any) -> str:
        renamed = self._rules(decoded)
        return stored if renamed == decoded else self._printer.print(renamed, "").decode()

    def _cell(self, cell: Any) -> Any:
        match cell:
            case str():
                return self._name(cell)
            case list():
                return [self._name(one) if isinstance(one, str) else one for one in cell]
            case _:
                return cell

    def _name(self, shortcut: str) -> str:
        return self._resolve(shortcut) or shortcut


def _ends(reference: str) -> list[int]:
    """Where a shortcut at the beginning of `reference` may end, the farthest first."""
    return [
        found.start()
        for found in reversed(list(STEP.finditer(reference, 0, MAX_SHORTCUT + 1)))
        if found.end() < len(reference)
    ]
