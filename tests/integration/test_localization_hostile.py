"""Files of formats with libraries behind them that are broken, or made to do harm."""

import asyncio
import gc
import io
import zipfile
from collections.abc import Callable
from functools import partial
from hashlib import sha256

import asyncpg
import openpyxl
import polib
import pytest

from storyarn_export.domain.errors import DocumentError, UnrepresentableTextError
from storyarn_export.localization import limits
from storyarn_export.localization.formats.workbook import guard as workbook
from storyarn_export.localization.texts import Change, Fault
from tests.factories.rows import Story, new_story
from tests.factories.translating import bring_back, odd_texts, said, stored_texts, texts_file

HELLO = sha256(b"Hello").hexdigest()
CORE = 'xmlns="urn:oasis:names:tc:xliff:document:2.0" version="2.1" srcLang="en"'
HEADER = 'msgid ""\nmsgstr "Language: de\\n"\n\n'


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    return await new_story(bulk)


def refusal(name: str, content: bytes) -> DocumentError:
    with pytest.raises(DocumentError) as refused:
        said(name, content)
    return refused.value


def book(*rows: list[object]) -> bytes:
    made = openpyxl.Workbook()
    assert made.active is not None
    for row in rows:
        made.active.append(row)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes], **more: bytes) -> bytes:
    """A workbook with other parts."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for one in old.infolist():
            new.writestr(one.filename, change(one.filename, old.read(one)))
        for name, part in more.items():
            new.writestr(name, part)
    return packed.getvalue()


GOOD = book(["key", "source_hash", "translation:de"], ["sheet/1/name", HELLO, "Hallo"])

STRINGS = (
    b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>Hallo</t></si></sst>'
)


def as_excel(strings: bytes = STRINGS, *, name: str = "xl/sharedStrings.xml") -> bytes:
    """The good workbook with its translation in a table of strings, as Excel writes them all."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    known = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'.encode()

    def change(part: str, content: bytes) -> bytes:
        if part == "[Content_Types].xml":
            return content.replace(b"</Types>", known)
        return content.replace(b't="inlineStr"><is><t>Hallo</t></is>', b't="s"><v>0</v>')

    return repacked(GOOD, change, **{name: strings})


def test_workbooks_as_excel_writes_them() -> None:
    strings = STRINGS.replace(b"Hallo", b"<![CDATA[ Hallo]]>_x000D_\n_x0007_")
    assert said("xlsx", as_excel(strings)) == [
        Change("row 2", "sheet/1/name", "de", HELLO, " Hallo\r\n\x07", None)
    ]


def test_workbooks_as_others_write_them() -> None:
    rows: list[list[object]] = [
        ["notes", "translation:de", "key", "status:de", "source_hash"],
        ["x", 42, "sheet/1/name", "final", HELLO],
        ["x", 4.0, "sheet/2/name", None, HELLO],
        [],
        ["x", True, "sheet/3/name", "draft", HELLO],
        ["x", "=1+1", "sheet/4/name", None, HELLO],
    ]
    content = book(*rows)
    assert said("xlsx", content) == [
        Change("row 2", "sheet/1/name", "de", HELLO, "42", "final"),
        Change("row 3", "sheet/2/name", "de", HELLO, "4", None),
        Fault(
            "row 5",
            "sheet/3/name",
            "de",
            "bad-cell",
            "The cell of translation:de is no text; a date or truth value may have been made of it.",
        ),
        Change("row 5", "sheet/3/name", "de", HELLO, None, "draft"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04 nothing",
        GOOD[:-40],
        book(["nothing"]),
        repacked(GOOD, lambda name, part: b"<a>" if name.endswith("sheet1.xml") else part),
        repacked(GOOD, lambda name, part: b"" if name == "[Content_Types].xml" else part),
        repacked(GOOD, lambda name, part: part.replace(b"sheet1", b"sheet9") if "rels" in name else part),
        repacked(GOOD, lambda _, part: part, **{f"xl/{n}": b"" for n in range(workbook.MAX_PARTS)}),
    ],
    ids=["empty", "signature", "cut", "columns", "xml", "types", "missing-sheet", "parts"],
)
def test_files_that_are_no_workbooks(content: bytes) -> None:
    assert refusal("xlsx", content).document_code == "invalid-xlsx"


def in_sheet(more: bytes, name: str, part: bytes) -> bytes:
    """What is put at the end of the rows."""
    return part.replace(b"</sheetData>", more + b"</sheetData>") if name.endswith("sheet1.xml") else part


def test_zip_bombs() -> None:
    zeros = b" " * (workbook.MAX_PART_BYTES + 1)
    bombs = [
        repacked(GOOD, lambda _, part: part, **{"xl/theme/other.xml": zeros}),
        repacked(GOOD, lambda name, part: part + zeros if name == "xl/styles.xml" else part),
        as_excel(STRINGS + b" " * workbook.MAX_STRINGS_BYTES),
        repacked(
            GOOD,
            lambda name, part: (
                part + b" " * workbook.MAX_UNPACKED_BYTES if name == "xl/worksheets/sheet1.xml" else part
            ),
        ),
        as_excel(STRINGS + b" " * workbook.MAX_STRINGS_BYTES, name="xl/worksheets/strings.xml"),
    ]
    cells = b"<c/>" * (workbook.MAX_ROW_ELEMENTS + 1)
    rows = (
        cells,
        b"<row>" + cells + b"</row>",
        b"<row><c><v>" + b" " * (workbook.MAX_ROW_BYTES + limits.MIB) + b"</v></c></row>",
    )
    bombs += [repacked(GOOD, partial(in_sheet, row)) for row in rows]
    assert {refusal("xlsx", bomb).document_code for bomb in bombs} == {"expansion-too-large"}
    assert max(map(len, bombs)) < 1024 * 1024


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"])
def test_entities_in_workbooks(part: str) -> None:
    lol = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
    doctype = b'<!DOCTYPE x [<!ENTITY a0 "lol">' + lol + b"]>"

    def change(name: str, content: bytes) -> bytes:
        if name != part:
            return content
        head, _, rest = content.partition(b"?>") if content.startswith(b"<?xml") else (b"", b"", content)
        return (
            (head + b"?>" if head else b"")
            + doctype
            + rest.replace(b"Hallo", b"&a11;").replace(b"translation", b"&a11;")
        )

    assert refusal("xlsx", repacked(as_excel(), change)).document_code == "invalid-xlsx"


def test_rows_and_columns_far_away_cost_nothing() -> None:
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    content = repacked(
        GOOD,
        lambda name, part: part.replace(b"</sheetData>", far) if name.endswith("sheet1.xml") else part,
    )
    assert refusal("xlsx", content).path == f"row {limits.MAX_ROWS + 1}"


async def test_texts_that_no_cell_can_hold_are_refused(story: Story) -> None:
    sheet = await story.sheet("Hero")
    await story.language("es")
    # As Excel counts: in UTF-16.
    for text in ("x" * 32_768, "\U0001f680" * 16_384, "\x01" * 5_000):
        await story.bulk.execute("DELETE FROM localized_texts")
        await story.text("sheet", sheet, "name", "es", source_text="Hero", translated_text=text)
        with pytest.raises(UnrepresentableTextError) as refused:
            await texts_file(story.bulk, story.project_id, "xlsx")
        assert refused.value.extra == {"key": f"sheet/{sheet}/name"}
        (change,) = said("csv", await texts_file(story.bulk, story.project_id, "csv"))
        assert isinstance(change, Change)
        assert change.text == text


async def test_cells_are_text_whatever_they_look_like(story: Story) -> None:
    sheet = await story.sheet("Hero")
    await story.language("es")
    await story.text("sheet", sheet, "name", "es", source_text="=A1", translated_text="#N/A")
    content = await texts_file(story.bulk, story.project_id, "xlsx")
    _, row = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()
    assert [(cell.value, cell.data_type) for cell in row][3:7:3] == [("=A1", "s"), ("#N/A", "s")]


@pytest.mark.parametrize(
    ("content", "code", "path"),
    [
        (b"", "invalid-po", "line 1"),
        (b'msgid ""\nmsgstr "X: y\\n"\n', "invalid-po", "line 1"),
        (b"\xff\xfe\x00", "invalid-encoding", None),
        (HEADER.encode() + b'msgctxt "sheet/1/name"\nmsgid "x"\nmsgstr "y" "z"\n', "invalid-po", "line 6"),
        (HEADER.encode() + b"what is this\n", "invalid-po", "line 4"),
    ],
    ids=["empty", "no-language", "binary", "quotes", "prose"],
)
def test_files_that_are_no_po(content: bytes, code: str, path: str | None) -> None:
    error = refusal("po", content)
    assert (error.document_code, error.path) == (code, path)
    # Of the library's own message: it names a file of ours.
    assert "/tmp" not in error.message  # noqa: S108 - a part of a message


@pytest.mark.parametrize(
    ("status", "exported", "fuzzy", "text", "expected"),
    [
        ("draft", "T", True, "T", None),
        ("draft", "T", False, "T", "final"),
        ("final", "T", False, "T", None),
        ("final", "T", True, "T", "review"),
        ("pending", None, False, "T", "review"),
        ("pending", None, True, "T", "draft"),
        ("pending", "T", True, "U", None),
        (None, "T", True, "U", None),
    ],
)
async def test_what_the_fuzzy_mark_does(
    story: Story, status: str | None, exported: str | None, fuzzy: bool, text: str, expected: str | None
) -> None:
    sheet = await story.sheet("Hero")
    await story.language("es")
    await story.text(
        "sheet", sheet, "name", "es", source_text="Hello", translated_text=exported, status=status
    )
    file = polib.pofile((await texts_file(story.bulk, story.project_id, "po", ["es"])).decode())
    (entry,) = file
    assert entry.fuzzy == (exported is not None and status != "final")
    entry.msgstr = text
    entry.flags = ["fuzzy"] if fuzzy else []
    content = str(file).encode()
    (change,) = said("po", content)
    assert isinstance(change, Change)
    assert change[3:] == (HELLO, text, expected)
    await bring_back(story.bulk, story.project_id, "po", content, user_id=story.owner_id)
    stored = (await stored_texts(story.bulk, story.project_id))[f"sheet/{sheet}/name", "es"]
    assert (stored["translated_text"], stored["status"]) == (text, expected or status)


def test_po_from_elsewhere_and_in_pieces() -> None:
    entries = "".join(
        f'# note\nmsgctxt "sheet/{n}/name"\nmsgid "Hello"\nmsgstr "{"x" * 400}"\n\n' for n in range(1, 6001)
    )
    plural = 'msgctxt "sheet/1/x"\nmsgid "a"\nmsgid_plural "b"\nmsgstr[0] "c"\nmsgstr[1] "d"\n\n'
    old = '#~ msgctxt "sheet/1/y"\n#~ msgid "a"\n#~ msgstr "b"\n'
    content = "\ufeff" + HEADER + 'msgid "no context"\nmsgstr "x"\n\n' + entries + plural + old
    found = said("po", content.encode())
    assert len(found) == 6001
    # The hash of the source text is computed where nothing says it.
    assert found[0] == Change("line 7", "sheet/1/name", "de", HELLO, "x" * 400, None)
    assert found[5999].place == f"line {7 + 5 * 5999}"
    assert isinstance(found[6000], Fault)


def unit(inner: str, name: str = "sheet/1/name") -> str:
    return f'<unit id="u1" name="{name}">{inner}</unit>'


def segment(target: str, more: str = "") -> str:
    return f"<segment {more}><source>Hello</source><target>{target}</target></segment>"


def xliff(*units: str) -> bytes:
    return f'<xliff {CORE} trgLang="de"><file id="f">{"".join(units)}</file></xliff>'.encode()


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (segment("Hallo"), "Hallo"),
        (segment('H<cp hex="0007"/>allo<!-- x --> du'), "H\x07allo du"),
        (segment('<mrk id="m1" type="comment">Hal</mrk>lo'), "Hallo"),
        (segment("Hal") + "<ignorable><source>- </source></ignorable>" + segment("lo"), "Hal- lo"),
        (segment("<![CDATA[<b>]]>&amp;&#13;"), "<b>&\r"),
    ],
)
def test_what_targets_may_hold(inner: str, text: str) -> None:
    (change,) = said("xliff", xliff(unit(inner)))
    assert isinstance(change, Change)
    assert (change.key, change.locale, change.text) == ("sheet/1/name", "de", text)


@pytest.mark.parametrize(
    "inner",
    [
        segment('<ph id="1"/>Hallo'),
        segment('<pc id="1">Hallo</pc>'),
        segment('<cp hex="0000"/>'),
        segment('<cp hex="D800"/>'),
        segment('<cp hex="110000"/>'),
        segment("Hallo") + "<segment><source>Bye</source></segment>",
    ],
)
def test_units_that_cannot_be_taken(inner: str) -> None:
    (fault,) = said("xliff", xliff(unit(inner)))
    assert isinstance(fault, Fault)
    assert (fault.key, fault.reason) == ("sheet/1/name", "bad-cell")


def test_what_is_not_translated_says_nothing() -> None:
    empty = unit("<segment><source>Hello</source></segment>") + unit(segment(""))
    assert said("xliff", xliff(empty)) == []


@pytest.mark.parametrize(
    ("exported", "state", "expected"),
    [
        ("draft", "translated", None),
        ("in_progress", "translated", None),
        ("review", "reviewed", "final"),
        ("final", "final", None),
        ("final", "translated", "review"),
        ("draft", "initial", "draft"),
        ("pending", "initial", None),
        ("pending, untranslated", "initial", "draft"),
        ("pending, untranslated", "translated", "review"),
        ("pending, untranslated", "strange", None),
        ("", "final", None),
    ],
)
def test_what_the_state_does(exported: str, state: str, expected: str | None) -> None:
    meta = f'<m:meta type="status">{exported}</m:meta><m:meta type="source-hash">{HELLO}</m:meta>'
    known = (
        '<m:metadata xmlns:m="urn:oasis:names:tc:xliff:metadata:2.0"><m:metaGroup category="storyarn">'
        f"{meta}</m:metaGroup></m:metadata>"
    )
    (change,) = said("xliff", xliff(unit(known + segment("Hallo", f'state="{state}"'))))
    assert isinstance(change, Change)
    assert change[3:] == (HELLO, "Hallo", expected)


FETCHING = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LOL = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
FLOOD = unit("<notes>" + "<note/>" * 20_000 + "</notes>" + segment("x"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"key,source_hash\r\n",
        b"<xliff",
        b"<html/>",
        b'<xliff version="1.2"><file/></xliff>',
        f"<xliff {CORE}><file/></xliff>".encode(),
        FETCHING.encode() + xliff(unit(segment("&e;"))),
        f'<!DOCTYPE x [<!ENTITY a0 "lol">{LOL}]>'.encode() + xliff(unit(segment("&a11;"))),
        f'<!DOCTYPE x [<!ENTITY a0 "lol">{LOL}]>'.encode() + xliff().replace(b'"f"', b'"&a11;"'),
        b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">' + xliff(unit(segment("x"))),
        xliff(FLOOD),
        xliff(unit(segment("x"))).replace(b"</unit>", b""),
        xliff(unit(segment("&undefined;"))),
        xliff(unit(segment("x"))).replace(b"x<", b"\xe4<"),
    ],
    ids=[
        *(
            "empty",
            "csv",
            "cut",
            "html",
            "version-1",
            "no-language",
            "external",
            "laughs",
            "laughs-in-attribute",
        ),
        *("dtd", "flood", "unclosed", "undefined", "latin-1"),
    ],
)
def test_files_that_are_no_xliff(content: bytes) -> None:
    error = refusal("xliff", content)
    assert error.document_code == "invalid-xliff"
    assert error.path is not None or "empty" in error.message


async def test_xliff_refuses_keys_that_it_cannot_hold(story: Story) -> None:
    sheet = await story.sheet("Hero")
    await story.language("es")
    await story.text("sheet", sheet, "a\x01b", "es", source_text="Hero")
    with pytest.raises(UnrepresentableTextError):
        await texts_file(story.bulk, story.project_id, "xliff", ["es"])
    for name in ("csv", "xlsx", "po"):
        content = await texts_file(story.bulk, story.project_id, name, ["es"])
        report = await bring_back(story.bulk, story.project_id, name, content, user_id=story.owner_id)
        assert report.unknown.total == report.errors.total == 0


@pytest.mark.parametrize("name", ["csv", "xlsx", "po", "xliff"])
async def test_files_that_are_cut_anywhere(story: Story, name: str) -> None:
    """Two at a time, so that what libraries over libxml2 leave behind is freed by other threads than made it."""
    await odd_texts(story)
    content = await texts_file(story.bulk, story.project_id, name, ["es"])
    before = await stored_texts(story.bulk, story.project_id)

    async def bring(end: int) -> str:
        try:
            report = await bring_back(
                story.bulk, story.project_id, name, content[:end], user_id=story.owner_id, preview=True
            )
        except DocumentError as error:
            return error.document_code
        assert report.stale.total == 0
        return "read"

    ends = range(0, len(content), max(1, len(content) // 40))
    pairs = [ends[start : start + 2] for start in range(0, len(ends), 2)]
    found = {code for pair in pairs for code in await asyncio.gather(*map(bring, pair))}
    gc.collect()
    assert found <= {"read", f"invalid-{name}", "invalid-encoding"}
    assert await stored_texts(story.bulk, story.project_id) == before
