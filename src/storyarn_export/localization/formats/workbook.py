"""Workbooks for Excel and its like: the table of `localization.columns` on one sheet.

All text is in cells of the type text, so that nothing is run or taken for a number. Characters that XML cannot hold are
written as `_xHHHH_`, as the format itself does (ECMA-376, ST_Xstring).
"""

import re
import zipfile
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from typing import BinaryIO, cast

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from lxml.etree import LxmlError
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import Cell as OneCell
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet.worksheet import Worksheet

from storyarn_export.domain.errors import DocumentError, UnrepresentableTextError
from storyarn_export.localization.characters import NOT_IN_XML
from storyarn_export.localization.columns import Cell, Columns, cells, header
from storyarn_export.localization.limits import MAX_COLUMNS, MAX_ROWS, MIB
from storyarn_export.localization.texts import Change, Fault, Head, Line

CODE = "invalid-xlsx"
SHEET = "localization"
MAX_SHEET_ROWS = 1_048_576
# In UTF-16 code units. Excel calls a file damaged that has more.
MAX_CELL_UNITS = 32_767
TEXT_FORMAT = "@"
# Of what a workbook unpacks to: all of it; the table of its strings, which the library holds; any part that it makes a
# tree of.
MAX_UNPACKED_BYTES = 256 * MIB
MAX_STRINGS_BYTES = 64 * MIB
MAX_PART_BYTES = 4 * MIB
MAX_PARTS = 200
CONTENT_TYPES, SHARED_STRINGS = "[Content_Types].xml", "sharedStrings+xml"
SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")
ENCRYPTED = 1
ESCAPE = re.compile("_x([0-9A-Fa-f]{4})_")
# An underscore that would be taken for the beginning of an escape.
LIKE_ESCAPE, UNDERSCORE = re.compile("_(?=x[0-9A-Fa-f]{4}_)"), "_x005F_"
BROKEN = (
    zipfile.BadZipFile,
    InvalidFileException,
    DefusedXmlException,
    LxmlError,
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


def escaped(text: str) -> str:
    """A text as a cell holds it."""
    return NOT_IN_XML.sub(lambda found: f"_x{ord(found[0]):04X}_", LIKE_ESCAPE.sub(UNDERSCORE, text))


def unescaped(text: str) -> str:
    """What a cell holds."""
    return ESCAPE.sub(_unescape, text)


def _unescape(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    # Others have no reason to be escaped; the library has taken the escape of the underscore away from some.
    return character if character in "_\n\t" or NOT_IN_XML.match(character) else found[0]


def read(source: BinaryIO) -> Generator[Change | Fault, None, None]:
    """As `TextFormat.read`. Memory: a row, and the table of strings, MAX_STRINGS_BYTES at most."""
    try:
        _refuse_bomb(source)
        book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
        try:
            yield from _changes(_sheet(book))
        finally:
            book.close()
    except BROKEN as error:
        raise DocumentError(CODE, "The file is not a workbook that can be read.") from error


def _refuse_bomb(source: BinaryIO) -> None:
    """Nothing, unless what the file unpacks to is too much. No member gives more bytes than it declares."""
    with zipfile.ZipFile(source) as archive:
        members = archive.infolist()
        if len(members) > MAX_PARTS or any(one.flag_bits & ENCRYPTED for one in members):
            raise DocumentError(CODE, "The workbook has too many parts, or encrypted ones.")
        kinds = next((one for one in members if one.filename == CONTENT_TYPES), None)
        if kinds is None or kinds.file_size > MAX_PART_BYTES:
            raise DocumentError(CODE, "The file is not a workbook.")
        strings = _strings(archive.read(kinds))
    unpacked = sum(one.file_size for one in members)
    of_strings = sum(one.file_size for one in members if one.filename in strings)
    rest = max(
        (
            one.file_size
            for one in members
            if one.filename not in strings and not SHEETS.fullmatch(one.filename)
        ),
        default=0,
    )
    if unpacked > MAX_UNPACKED_BYTES or of_strings > MAX_STRINGS_BYTES or rest > MAX_PART_BYTES:
        raise DocumentError(
            "expansion-too-large",
            f"The workbook unpacks to more than is read ({MAX_UNPACKED_BYTES} bytes).",
            hint="bring one language at a time, or a CSV file",
        )


def _strings(content_types: bytes) -> set[str]:
    """Names of the parts that the library would hold as the table of strings."""
    return {
        one.get("PartName", "").lstrip("/")
        for one in fromstring(content_types).iter()
        if one.get("ContentType", "").endswith(SHARED_STRINGS)
    }


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
