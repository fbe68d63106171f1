"""Which sheets anything in the project uses."""

from collections.abc import Iterable
from typing import Any

from storyarn_export.validation.report import Findings, Place
from storyarn_export.validation.rules import Code


class Usage:
    """Takes what names sheets, and tells of those that nothing has named.

    Memory: ids and shortcuts of sheets.
    """

    def __init__(self) -> None:
        self._candidates: dict[str, str] = {}
        self._shortcuts: set[str] = set()
        self._ids: set[str] = set()
        self._named: set[str] = set()

    def sheet(self, old_id: str, shortcut: str | None, parent_id: str | None, *, reported: bool) -> None:
        """A live sheet. What has children is used.

        Args:
            old_id: its id.
            shortcut: its shortcut, if it has one.
            parent_id: id of its parent.
            reported: whether it is in the file.
        """
        if parent_id is not None:
            self._ids.add(parent_id)
        if shortcut is not None:
            self._shortcuts.add(shortcut)
            if reported:
                self._candidates[old_id] = shortcut

    def ids(self, old_ids: Iterable[str], *, by: str | None = None) -> None:
        """Sheets that are named by id.

        Args:
            old_ids: their ids.
            by: the sheet that names them, which does not use itself.
        """
        self._ids.update(one for one in old_ids if one != by)

    def id(self, old_id: str | None) -> None:
        """A sheet that is named by id, or none."""
        if old_id is not None:
            self._ids.add(old_id)

    def names(self, shortcuts: Iterable[str]) -> None:
        """Sheets that are named by shortcut."""
        self._named.update(shortcuts)

    def variable(self, reference: Any) -> None:
        """A variable: the longest known shortcut that it begins with."""
        if not isinstance(reference, str):
            return
        sheet = reference
        while "." in sheet:
            sheet = sheet.rpartition(".")[0]
            if sheet in self._shortcuts:
                self._named.add(sheet)
                return

    @property
    def unused(self) -> dict[str, str]:
        """Shortcuts of the sheets in the file that nothing has named so far, by id."""
        return {
            old_id: shortcut
            for old_id, shortcut in self._candidates.items()
            if old_id not in self._ids and shortcut not in self._named
        }

    def tell(self, findings: Findings) -> None:
        """Report the sheets that nothing uses."""
        for old_id, shortcut in self.unused.items():
            place = Place("sheet", old_id, "Sheet", name=shortcut)
            findings.add(Code.ORPHAN_SHEETS, place, " is not used by anything.")
