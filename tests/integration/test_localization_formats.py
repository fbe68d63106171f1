"""Files for translators in the hands of other people's programs: opened, changed in one place, brought back."""

import asyncio
import gzip
import io
import tempfile
from collections.abc import Callable
from pathlib import Path

import asyncpg
import openpyxl
import polib
import pytest
from translate.storage import pypo
from translate.storage.xliff2 import Xliff2File

from storyarn_export.imports.load import LoadProject
from storyarn_export.localization.registry import format_named
from storyarn_export.localization.spool import Spool
from storyarn_export.localization.texts import Change
from storyarn_export.localization.write import WriteTexts
from tests.factories.catalogue import catalogue
from tests.factories.documents import encode
from tests.factories.rows import Story, new_story
from tests.factories.translating import (
    ODD,
    bring_back,
    differing,
    odd_texts,
    said,
    saved,
    stored_texts,
    texts_file,
)

REAL = Path(__file__).parents[3] / "shared" / "data" / "endless-sky-0.9.8.storyarn.json.gz"
NEW = "Ganz neu: =1+1 ✓"
FORMATS = ("csv", "xlsx", "po", "xliff")

# Gives a text another translation, by key and locale code, as the program of a translator does.
Edit = Callable[[bytes, Path, str, str], bytes]


def edit_csv(content: bytes, path: Path, key: str, locale: str) -> bytes:
    # With what a person has who has no spreadsheet.
    import csv  # noqa: PLC0415

    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    (row,) = [row for row in rows if row[0] == key and row[rows[0].index(f"status:{locale}")]]
    row[rows[0].index(f"translation:{locale}")] = NEW
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path.read_bytes()


def edit_xlsx(content: bytes, path: Path, key: str, locale: str) -> bytes:
    book = openpyxl.load_workbook(saved(path, content))
    (sheet,) = book.worksheets
    names = [cell.value for cell in sheet[1]]
    column = names.index(f"translation:{locale}") + 1
    (row,) = [
        row[0].row
        for row in sheet.iter_rows(min_row=2)
        if row[0].value == key and row[names.index(f"status:{locale}")].value
    ]
    sheet.cell(row, column).value = NEW
    book.save(path)
    return path.read_bytes()


def edit_po(content: bytes, path: Path, key: str, locale: str) -> bytes:
    file = polib.pofile(saved(path, content))
    assert file.metadata["Language"] == locale
    (entry,) = [entry for entry in file if entry.msgctxt == key]
    entry.msgstr = NEW
    file.save()
    return path.read_bytes()


def edit_xliff(content: bytes, _: Path, key: str, locale: str) -> bytes:
    file = Xliff2File.parsestring(content)  # type: ignore[no-untyped-call]
    assert file.gettargetlanguage() == locale
    # A unit of the toolkit is a segment of ours.
    (unit,) = [unit for unit in file.units if unit.xmlelement.getparent().get("name") == key]
    unit.target = NEW
    changed: bytes = bytes(file)
    return changed


EDITS: dict[str, Edit] = {"csv": edit_csv, "xlsx": edit_xlsx, "po": edit_po, "xliff": edit_xliff}


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    return await new_story(bulk)


async def loaded(story: Story, document: bytes) -> int:
    project = await LoadProject(story.bulk, max_bytes=2**31, max_entity_bytes=2**24)(
        io.BytesIO(document), owner_id=story.owner_id
    )
    return project.project_id


async def one_changed(story: Story, project_id: int, name: str, path: Path, *, key: str, locale: str) -> None:
    """Out, nothing changed and back in; then with one changed translation."""
    locales = None if name in {"csv", "xlsx"} else [locale]
    content = await texts_file(story.bulk, project_id, name, locales)
    before = await stored_texts(story.bulk, project_id)
    report = await bring_back(story.bulk, project_id, name, content, user_id=story.owner_id)
    assert (report.updated.total, report.stale.total, report.unknown.total, report.errors.total) == (
        0,
        0,
        0,
        0,
    )
    assert await stored_texts(story.bulk, project_id) == before
    edited = EDITS[name](content, path.with_suffix(f".{name}"), key, locale)
    report = await bring_back(story.bulk, project_id, name, edited, user_id=story.owner_id)
    assert (report.updated.total, report.stale.total, report.unknown.total, report.errors.total) == (
        1,
        0,
        0,
        0,
    )
    assert [(one.key, one.locale) for one in report.updated.listed] == [(key, locale)]
    changed = differing(before, await stored_texts(story.bulk, project_id))
    assert set(changed) == {(key, locale)}
    assert changed[key, locale]["translated_text"] == NEW


@pytest.mark.parametrize("name", FORMATS)
async def test_one_changed_translation_of_the_catalogue(story: Story, name: str, tmp_path: Path) -> None:
    project_id = await loaded(story, encode(catalogue()))
    key = await story.bulk.fetchval(
        "SELECT source_type || '/' || source_id || '/' || source_field FROM localized_texts"
        " WHERE project_id = $1 AND locale_code = 'de' AND status = 'final'",
        project_id,
    )
    await one_changed(story, project_id, name, tmp_path / "texts", key=key, locale="de")


@pytest.mark.real_data
async def test_one_changed_translation_of_the_real_project(story: Story, tmp_path: Path) -> None:
    document = gzip.decompress(REAL.read_bytes()) if REAL.exists() else encode(catalogue())
    project_id = await loaded(story, document)
    found = await story.bulk.fetch(
        "SELECT source_type || '/' || source_id || '/' || source_field AS key, locale_code FROM localized_texts"
        " WHERE project_id = $1 AND source_text <> '' ORDER BY source_id DESC LIMIT $2",
        project_id,
        len(FORMATS),
    )
    for name, (key, locale) in zip(FORMATS, found, strict=True):
        await one_changed(story, project_id, name, tmp_path / "texts", key=key, locale=locale)


@pytest.mark.parametrize("name", FORMATS)
async def test_odd_texts_come_back_as_they_were(story: Story, name: str) -> None:
    expected = await odd_texts(story)
    content = await texts_file(story.bulk, story.project_id, name, ["es"])
    changes = [one for one in said(name, content) if isinstance(one, Change)]
    assert {one.key: one.text for one in changes} == expected
    report = await bring_back(story.bulk, story.project_id, name, content, user_id=story.owner_id)
    assert (report.updated.total, report.unchanged, report.errors.total) == (0, len(ODD), 0)


@pytest.mark.parametrize("name", ["xlsx", "po", "xliff"])
async def test_odd_texts_survive_the_programs_of_translators(story: Story, name: str, tmp_path: Path) -> None:
    expected = await odd_texts(story)
    # The one text that openpyxl itself cannot tell from what it escapes; see `workbook`.
    if name == "xlsx":
        expected = {key: text for key, text in expected.items() if not text.startswith("_x0041_")}
    content = await texts_file(story.bulk, story.project_id, name, ["es"])
    first = next(iter(expected))
    edited = EDITS[name](content, tmp_path / f"texts.{name}", first, "es")
    read = {one.key: one.text for one in said(name, edited) if isinstance(one, Change)}
    assert {key: text for key, text in read.items() if key in expected} == expected | {first: NEW}


async def test_the_toolkit_reads_po_as_polib_does(story: Story) -> None:
    expected = await odd_texts(story)
    content = await texts_file(story.bulk, story.project_id, "po", ["es"])
    file = pypo.pofile.parsestring(content)  # type: ignore[no-untyped-call]
    assert file.gettargetlanguage() == "es"
    units = [unit for unit in file.units if not unit.isheader()]
    assert [unit.getcontext() for unit in units] == list(expected)
    assert all(unit.isfuzzy() and "source-hash: " in unit.getnotes("developer") for unit in units)


def left_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("steps", [1, 3, 10, 40])
async def test_whoever_leaves_leaves_nothing(
    story: Story, name: str, steps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    await odd_texts(story)
    spool = Spool()
    write = WriteTexts(story.bulk, spool)
    writing = asyncio.create_task(write(story.project_id, format_named(name), ["es"]))
    for _ in range(steps):
        await asyncio.sleep(0.002)
    writing.cancel()
    (ended,) = await asyncio.gather(writing, return_exceptions=True)
    if not isinstance(ended, BaseException):
        ended.file.close()
    assert not [file for file in spool._open if not file.closed]
    assert left_in(tmp_path) == []
    assert len(said(name, await texts_file(story.bulk, story.project_id, name, ["es"]))) == len(ODD)
