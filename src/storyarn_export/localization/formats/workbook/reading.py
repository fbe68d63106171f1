"""Workbooks into what they say of texts, row by row."""

import zipfile
from collections.abc import Generator, Iterator
from typing import BinaryIO, cast
from xml.parsers.expat import ExpatError

from defusedxml import DefusedXmlException
from lxml.etree import LxmlError
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from storyarn_export.domain.errors import DocumentError
from storyarn_export.localization.columns import Columns
from storyarn_export.localization.formats.workbook.escapes import unescaped
from storyarn_export.localization.formats.workbook.guard import CODE, refuse_bomb
from storyarn_export.localization.formats.workbook.writing import SHEET
from storyarn_export.localization.limits import MAX_COLUMNS, MAX_ROWS
from storyarn_export.localization.texts import Change, Fault

BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    LxmlError,
    ExpatError,
    SyntaxError,  # what ElementTree's ParseError is
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
)
"""What the library ends in with a file that is none: it was not made for hostile ones."""


def read(source: BinaryIO) -> Generator[Change | Fault, None, None]:
    """As `TextFormat.read`. Memory: a row, and the table of strings, MAX_STRINGS_BYTES at most."""
    try:
        refuse_bomb(source)
        book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
        try:
            yield from _changes(_sheet(book))
        finally:
            book.close()
    except BROKEN as error:
        raise DocumentError(CODE, "The file is not a workbook that can be read.") from error


def _sheet(book: Workbook) -> ReadOnlyWorksheet:
    """The sheet that was exported; the first one where it is called otherwise by now."""
    # The library's types do not say what it makes of a workbook that is only read.
    sheets = cast(list[ReadOnlyWorksheet], book.worksheets)
    if not sheets:
        raise DocumentError(CODE, "The workbook has no sheet.")
    return next((one for one in sheets if one.title == SHEET), sheets[0])


def _changes(sheet: ReadOnlyWorksheet) -> Iterator[Change | Fault]:
    # What a file says of its size is not to be trusted, and keeps rows from being read.
    sheet.reset_dimensions()
    rows = cast(Worksheet, sheet).iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS + 1, values_only=True)
    names = [unescaped(str(value)) if value is not None else "" for value in next(rows, ())]
    columns = Columns.of(names, CODE)
    used = (*columns.translations.values(), *columns.statuses.values())
    for number, row in enumerate(rows, 2):
        place = f"row {number}"
        if number > MAX_ROWS:
            raise DocumentError(CODE, f"The table has more than {MAX_ROWS} rows.", path=place)
        texts = [_text(value) for value in (*row, *[None] * (len(names) - len(row)))]
        for index in used:
            if texts[index] is None:
                message = (
                    f"The cell of {names[index]} is no text; a date or truth value may have been made of it."
                )
                yield Fault(
                    place, texts[columns.key] or None, names[index].partition(":")[2], "bad-cell", message
                )
        yield from columns.changes([text or "" for text in texts], place)


def _text(value: object) -> str | None:
    """A cell as text; None where it is something else."""
    match value:
        case None:
            return ""
        case str():
            return unescaped(value)
        case bool():
            return None
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case _:
            return None
