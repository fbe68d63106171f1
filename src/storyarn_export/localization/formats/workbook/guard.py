"""What keeps workbooks from doing harm before the library reads them."""

import re
import zipfile
from typing import BinaryIO
from xml.parsers import expat

from defusedxml.ElementTree import fromstring

from storyarn_export.domain.errors import DocumentError
from storyarn_export.localization.limits import MIB

CODE = "invalid-xlsx"
# Of what a workbook unpacks to: all of it; the table of its strings, which the library holds; any part that it makes a
# tree of.
MAX_UNPACKED_BYTES = 256 * MIB
MAX_STRINGS_BYTES = 64 * MIB
MAX_PART_BYTES = 4 * MIB
MAX_PARTS = 200
# Of one row, which the library makes a tree of. Excel has 16,384 columns, and a cell a few elements.
MAX_ROW_ELEMENTS = 100_000
MAX_ROW_BYTES = 32 * MIB
CHUNK_BYTES = 256 * 1024
CONTENT_TYPES, SHARED_STRINGS = "[Content_Types].xml", "sharedStrings+xml"
SHEETS = re.compile(r"xl/worksheets/[^/]+\.xml")
ENCRYPTED = 1


class _Rows:
    """Looks at a part as it is parsed, and refuses what would not be held row by row."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._elements = 0
        self._begun = 0

    def feed(self, piece: bytes, *, last: bool) -> None:
        """Take bytes.

        Raises:
            DocumentError: a row is too large, or there is a document type.
            expat.ExpatError: they are no XML.
        """
        self._parser.Parse(piece, last)
        self._refuse_large()

    def _start(self, name: str, _: object) -> None:
        self._elements += 1
        if name.endswith((" row", " si")):
            self._refuse_large()
            self._elements, self._begun = 0, self._parser.CurrentByteIndex

    def _refuse_large(self) -> None:
        if self._elements > MAX_ROW_ELEMENTS or self._parser.CurrentByteIndex - self._begun > MAX_ROW_BYTES:
            raise DocumentError("expansion-too-large", "A row of the workbook is larger than is read.")

    def _doctype(self, *_: object) -> None:
        raise DocumentError(CODE, "A part of the workbook has a document type.")


def refuse_bomb(source: BinaryIO) -> None:
    """Nothing, unless what the file unpacks to is too much, as a whole or in a row.

    No member of an archive gives more bytes than it declares. Memory: a chunk.

    Raises:
        DocumentError: expansion-too-large, invalid-xlsx.
        BadZipFile: it is no archive; and whatever else a broken one ends in.
    """
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
        for one in members:
            if one.filename in strings or SHEETS.fullmatch(one.filename):
                _refuse_large_rows(archive, one)


def _refuse_large_rows(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    rows = _Rows()
    with archive.open(member) as part:
        while piece := part.read(CHUNK_BYTES):
            rows.feed(piece, last=False)
    rows.feed(b"", last=True)


def _strings(content_types: bytes) -> set[str]:
    """Names of the parts that the library would hold as the table of strings."""
    return {
        one.get("PartName", "").lstrip("/")
        for one in fromstring(content_types).iter()
        if one.get("ContentType", "").endswith(SHARED_STRINGS)
    }
