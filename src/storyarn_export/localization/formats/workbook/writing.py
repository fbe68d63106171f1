"""Texts into workbooks, row by row."""

from collections.abc import Sequence
from contextlib import suppress
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as OneCell
from openpyxl.utils import get_column_letter

from storyarn_export.domain.errors import UnrepresentableTextError
from storyarn_export.localization.columns import Cell, cells, header
from storyarn_export.localization.formats.workbook.escapes import escaped
from storyarn_export.localization.texts import Head, Line

# Of the sheet; readers look for it.
SHEET = "localization"
MAX_SHEET_ROWS = 1_048_576
# In UTF-16 code units. Excel calls a file damaged that has more.
MAX_CELL_UNITS = 32_767
TEXT_FORMAT = "@"


class _WorkbookWriter:
    def __init__(self, target: BinaryIO, head: Head) -> None:
        self._target = target
        self._head = head
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(SHEET)
        self._rows = 0

    def begin(self) -> None:
        """As `Writer`."""
        names = header(self._head)
        self._sheet.freeze_panes = "B2"
        for index in range(len(names)):
            letter = get_column_letter(index + 1)
            self._sheet.column_dimensions[letter].width = 12 if names[index].startswith("words") else 40
        self._append(names)

    def write(self, lines: Sequence[Line]) -> None:
        """As `Writer`."""
        for line in lines:
            self._append(cells(line, self._head))

    def finish(self) -> None:
        """As `Writer`."""
        self._book.save(self._target)

    def abandon(self) -> None:
        """As `Writer`."""
        # Left to itself the library keeps its temporary file until the process ends.
        if not self._sheet.closed:
            self._sheet.close()
        with suppress(FileNotFoundError):
            self._sheet._writer.cleanup()  # noqa: SLF001 - nothing else removes it

    def _append(self, row: Sequence[Cell]) -> None:
        self._rows += 1
        if self._rows > MAX_SHEET_ROWS:
            raise UnrepresentableTextError(
                f"A sheet has at most {MAX_SHEET_ROWS} rows.", hint="Ask for CSV, PO or XLIFF."
            )
        self._sheet.append([self._cell(row, cell) for cell in row])

    def _cell(self, row: Sequence[Cell], value: Cell) -> OneCell | int:
        if isinstance(value, int):
            return value
        text = escaped(value or "")
        if len(text) > MAX_CELL_UNITS // 2 and len(text.encode("utf-16-le")) // 2 > MAX_CELL_UNITS:
            raise UnrepresentableTextError(
                f"The text {row[0]} has more characters than a cell of a workbook can hold ({MAX_CELL_UNITS}).",
                hint="Ask for CSV, PO or XLIFF.",
                extra={"key": row[0]},
            )
        # An empty cell has the format, too: what is typed there is text.
        cell = WriteOnlyCell(self._sheet, text or None)
        cell.number_format = TEXT_FORMAT
        if text:
            # Not what the library takes it for: a text may begin like a formula, or be called like an error.
            cell.data_type = "s"
        return cell


def writer(target: BinaryIO, head: Head) -> _WorkbookWriter:
    """As `TextFormat.writer`."""
    return _WorkbookWriter(target, head)
