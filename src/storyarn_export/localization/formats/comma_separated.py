"""CSV after RFC 4180: UTF-8 with a byte order mark, commas, CRLF, the table of `localization.columns`.

Spreadsheets run what begins like a formula. Such a cell gets an apostrophe in front, and so does one that begins with
apostrophes before such a character; reading takes one away from both. Every text comes back as it was, whether or not a
spreadsheet has been at it.
"""

import csv
import io
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from storyarn_export.domain.errors import DocumentError
from storyarn_export.localization.columns import Cell, Columns, cells, header
from storyarn_export.localization.limits import MAX_ROWS, MAX_TEXT_CHARACTERS
from storyarn_export.localization.texts import Change, Fault, Head, Line

CODE = "invalid-csv"
# Without it, Excel takes the file for one in the code page of the machine.
ENCODING = "utf-8-sig"
# Full-width signs begin formulas in East Asian editions; so does what follows a tab or a line end.
FORMULA = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
GUARDED = re.compile(r"'+[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
# Spreadsheets write what their country has in the place of the comma.
DELIMITERS = (",", ";", "\t")


class _CsvWriter:
    def __init__(self, target: BinaryIO, head: Head) -> None:
        self._head = head
        self._text = io.TextIOWrapper(target, encoding=ENCODING, newline="", write_through=True)
        self._rows = csv.writer(self._text, dialect="excel")

    def begin(self) -> None:
        """As `Writer`."""
        self._rows.writerow(header(self._head))

    def write(self, lines: Sequence[Line]) -> None:
        """As `Writer`."""
        self._rows.writerows([guarded(cell) for cell in cells(line, self._head)] for line in lines)

    def finish(self) -> None:
        """As `Writer`."""
        self._text.detach()

    def abandon(self) -> None:
        """As `Writer`."""
        self._text.detach()


def writer(target: BinaryIO, head: Head) -> _CsvWriter:
    """As `TextFormat.writer`."""
    return _CsvWriter(target, head)


def guarded(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def bared(cell: str) -> str:
    """What a guarded cell holds."""
    return cell[1:] if GUARDED.match(cell) else cell


def read(source: BinaryIO) -> Generator[Change | Fault, None, None]:
    """As `TextFormat.read`. Memory: a row."""
    # Of the process, and the same each time; a text longer than the limit is a fault of its row, within reason.
    csv.field_size_limit(4 * MAX_TEXT_CHARACTERS)
    number = 0
    try:
        delimiter, columns, width = _opened(source)
        with _rows(source, delimiter) as rows:
            for number, row in enumerate(rows, 1):
                if number > MAX_ROWS:
                    raise DocumentError(CODE, f"The table has more than {MAX_ROWS} rows.")
                if number > 1:
                    yield from _said(row, columns, width, f"row {number}")
    except UnicodeDecodeError as error:
        raise DocumentError(
            "invalid-encoding",
            "The file is not UTF-8.",
            path=f"row {number + 1}",
            hint='in Excel: save as "CSV UTF-8", or use a workbook (.xlsx)',
        ) from error
    except csv.Error as error:
        raise DocumentError(CODE, f"The file is not CSV: {error}.", path=f"row {number + 1}") from error


def _said(row: list[str], columns: Columns, width: int, place: str) -> Iterator[Change | Fault]:
    if any(row[width:]):
        message = "The row has more cells than the first one: a quote may be missing."
        yield Fault(place, None, None, "bad-cell", message)
    else:
        yield from columns.changes([bared(cell) for cell in row] + [""] * (width - len(row)), place)


@contextmanager
def _rows(source: BinaryIO, delimiter: str) -> Iterator[Iterator[list[str]]]:
    """The rows of a file from its start; it stays open."""
    source.seek(0)
    text = io.TextIOWrapper(source, encoding=ENCODING, newline="")
    try:
        yield csv.reader(text, delimiter=delimiter, strict=True)
    finally:
        text.detach()


def _opened(source: BinaryIO) -> tuple[str, Columns, int]:
    """The delimiter of a table, its columns, and how many there are.

    Raises:
        DocumentError: the first row does not have the columns, whatever is between them.
    """
    refusals: list[DocumentError] = []
    for delimiter in DELIMITERS:
        with _rows(source, delimiter) as rows:
            names = next(rows, [])
        try:
            return delimiter, Columns.of(names, CODE), len(names)
        except DocumentError as error:
            refusals.append(error)
    # What is said of the usual delimiter says most.
    raise refusals[0]
