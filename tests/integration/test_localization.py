"""Texts to translators and back."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import asyncpg
import pytest

from storyarn_export.domain.errors import (
    DocumentError,
    InvalidOptionsError,
    NotFoundError,
    ProjectBusyError,
    UnknownFormatError,
)
from storyarn_export.localization import apply as applying
from storyarn_export.localization.registry import format_named, format_of_file
from tests.factories.rows import Story, new_story
from tests.factories.translating import bring_back, differing, odd_texts, said, stored_texts, texts_file

Rows = list[dict[str, str]]
HELLO = sha256(b"Hello").hexdigest()


@pytest.fixture
async def story(bulk: asyncpg.Pool) -> Story:
    return await new_story(bulk)


async def told(story: Story) -> tuple[int, int]:
    """A flow of two dialogues in three languages; ids of the nodes."""
    for position, code in enumerate(("en", "es", "de")):
        await story.language(code, is_source=code == "en", position=position)
    hero = await story.sheet("Hero", position=1)
    flow = await story.flow("Intro", position=1)
    responses = [{"id": "r2", "text": "Yes"}, {"id": "r1", "text": "No"}]
    first = await story.node(
        flow, "dialogue", data={"text": "Hello", "responses": responses, "technical_id": "d1"}
    )
    second = await story.node(flow, "dialogue", data={"text": "Bye"})
    for code in ("es", "de"):
        await spoken(story, first, "text", code, "Hello", speaker_sheet_id=hero)
        await spoken(story, first, "response.r1.text", code, "No")
        await spoken(story, first, "response.r2.text", code, "Yes")
        await spoken(story, second, "text", code, "Bye")
    await story.text("sheet", hero, "name", "es", source_text="Hero", translated_text="Héroe", status="final")
    return first, second


async def spoken(story: Story, node: int, field: str, code: str, text: str | None, **columns: Any) -> None:
    digest = None if text is None else sha256(text.encode()).hexdigest()
    await story.text("flow_node", node, field, code, source_text=text, source_text_hash=digest, **columns)


def table(content: bytes) -> Rows:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def written(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


async def test_one_table_of_all_languages_in_story_order(story: Story) -> None:
    first, second = await told(story)
    content = await texts_file(story.bulk, story.project_id, "csv")
    rows = table(content)
    assert [row["key"] for row in rows] == [
        rows[0]["key"],
        f"flow_node/{first}/text",
        f"flow_node/{first}/response.r2.text",
        f"flow_node/{first}/response.r1.text",
        f"flow_node/{second}/text",
    ]
    assert rows[0] == {
        "key": rows[0]["key"],
        "speaker": "",
        "context": "Hero",
        "source_text": "Hero",
        "source_hash": sha256(b"Hero").hexdigest(),
        "words": "1",
        "translation:es": "Héroe",
        "status:es": "final",
        "words:es": "1",
        "translation:de": "",
        "status:de": "",
        "words:de": "",
    }
    assert (rows[1]["speaker"], rows[1]["context"], rows[1]["source_hash"]) == (
        "Hero",
        "Intro / dialogue d1",
        HELLO,
    )
    assert (rows[1]["status:de"], rows[1]["translation:de"]) == ("pending", "")
    # Excel knows UTF-8 by its mark, and RFC 4180 wants CRLF.
    assert content.startswith(b"\xef\xbb\xbfkey,speaker,")
    assert content.count(b"\r\n") == len(rows) + 1


async def test_languages_can_be_chosen(story: Story) -> None:
    await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv", ["de"]))
    assert {name for name in rows[0] if ":" in name} == {"translation:de", "status:de", "words:de"}
    assert len(rows) == 4
    with pytest.raises(InvalidOptionsError) as refused:
        await texts_file(story.bulk, story.project_id, "csv", ["de", "fr"])
    assert refused.value.extra["errors"] == [
        {"path": "languages[1]", "message": "'fr' is not a language of this project"}
    ]


async def test_texts_of_what_is_in_the_trash_stay_here(story: Story) -> None:
    first, second = await told(story)
    await story.bulk.execute("UPDATE flow_nodes SET deleted_at = now() WHERE id = $1", first)
    keys = [row["key"] for row in table(await texts_file(story.bulk, story.project_id, "csv"))]
    assert keys[1:] == [f"flow_node/{second}/text"]


async def test_a_project_without_texts_is_an_empty_table(story: Story) -> None:
    content = await texts_file(story.bulk, story.project_id, "csv")
    assert content.decode("utf-8-sig") == "key,speaker,context,source_text,source_hash,words\r\n"


async def test_a_text_whose_languages_differ_in_the_source_has_a_row_for_each(story: Story) -> None:
    sheet = await story.sheet("Hero")
    for code, source in (("de", "Old"), ("es", "New"), ("fr", "Old")):
        await story.text("sheet", sheet, "name", code, source_text=source, translated_text=f"{source} {code}")
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    assert [(row["source_text"], row["translation:de"], row["translation:es"]) for row in rows] == [
        ("Old", "Old de", ""),
        ("New", "", "New es"),
    ]
    rows[1]["translation:es"] = "Nuevo"
    report = await bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)
    assert (report.updated.total, report.unchanged, report.stale.total, report.errors.total) == (1, 2, 0, 0)


async def test_one_changed_translation_is_one_changed_row(story: Story) -> None:
    first, _ = await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    before = await stored_texts(story.bulk, story.project_id)
    await story.bulk.execute("UPDATE localized_texts SET machine_translated = true WHERE locale_code = 'fr'")
    rows[1]["translation:de"] = "Hallo du"
    report = await bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)
    assert (report.updated.total, report.unchanged) == (1, 8)
    key = f"flow_node/{first}/text"
    assert [(one.place, one.key, one.locale) for one in report.updated.listed] == [("row 3", key, "de")]
    changed = differing(before, await stored_texts(story.bulk, story.project_id))
    assert set(changed) == {(key, "de")}
    columns = changed[key, "de"]
    assert set(columns) - {"updated_at"} == {
        *("version", "translated_text", "word_count", "last_translated_at", "translated_by_id")
    }
    assert (columns["translated_text"], columns["word_count"]) == ("Hallo du", 2)
    assert columns["translated_by_id"] == story.owner_id
    assert (datetime.now(UTC) - columns["last_translated_at"]).total_seconds() < 60


async def test_a_changed_status_is_one_changed_row(story: Story) -> None:
    first, _ = await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    before = await stored_texts(story.bulk, story.project_id)
    rows[1]["status:es"] = " Final "
    report = await bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)
    assert report.updated.total == 1
    changed = differing(before, await stored_texts(story.bulk, story.project_id))
    columns = changed[f"flow_node/{first}/text", "es"]
    assert set(columns) - {"updated_at"} == {"version", "status", "last_reviewed_at", "reviewed_by_id"}
    assert columns["status"] == "final"


async def test_a_preview_says_the_same_and_changes_nothing(story: Story) -> None:
    await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    rows[1]["translation:de"] = "Hallo"
    before = await stored_texts(story.bulk, story.project_id)
    given = (story.bulk, story.project_id, "csv", written(rows))
    seen = await bring_back(*given, user_id=story.owner_id, preview=True)
    assert seen.updated.total == 1
    assert await stored_texts(story.bulk, story.project_id) == before
    assert await bring_back(*given, user_id=story.owner_id) == seen


async def test_what_has_another_source_by_now_is_reported_and_left(story: Story) -> None:
    first, _ = await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    await story.bulk.execute(
        "UPDATE localized_texts SET source_text = 'Hello there' WHERE source_text = 'Hello' AND locale_code = 'de'"
    )
    before = await stored_texts(story.bulk, story.project_id)
    rows[1] |= {"translation:de": "Hallo", "translation:es": "Hola", "status:de": "final"}
    report = await bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)
    key = f"flow_node/{first}/text"
    assert [(one.key, one.locale) for one in report.stale.listed] == [(key, "de")]
    assert (report.updated.total, report.stale.total) == (1, 1)
    assert set(differing(before, await stored_texts(story.bulk, story.project_id))) == {(key, "es")}


async def test_empty_cells_leave_what_is_there(story: Story) -> None:
    await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    before = await stored_texts(story.bulk, story.project_id)
    emptied = [row | {"translation:es": "", "status:es": ""} for row in rows]
    report = await bring_back(story.bulk, story.project_id, "csv", written(emptied), user_id=story.owner_id)
    assert report.updated.total == 0
    assert await stored_texts(story.bulk, story.project_id) == before


async def test_what_is_not_in_the_project_is_reported(story: Story) -> None:
    first, _ = await told(story)
    other = await new_story(story.bulk, "other")
    foreign = await other.sheet("Villain")
    await other.text("sheet", foreign, "name", "de", source_text="Hello", translated_text="Theirs")
    rows = [
        {
            "key": f"sheet/{foreign}/name",
            "source_hash": HELLO,
            "translation:de": "Ours",
            "translation:fr": "",
        },
        {
            "key": f"flow_node/{first}/text",
            "source_hash": HELLO,
            "translation:de": "",
            "translation:fr": "Salut",
        },
        {
            "key": f"flow_node/{first}/nothing",
            "source_hash": HELLO,
            "translation:de": "x",
            "translation:fr": "",
        },
    ]
    report = await bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)
    assert report.updated.total == 0
    assert report.unknown.total == 3
    assert {(one.place, one.locale, one.reason) for one in report.unknown.listed} == {
        ("row 2", "de", "unknown-text"),
        ("row 3", "fr", "unknown-language"),
        ("row 4", "de", "unknown-text"),
    }
    theirs = await stored_texts(story.bulk, other.project_id)
    assert theirs[f"sheet/{foreign}/name", "de"]["translated_text"] == "Theirs"


async def test_rows_that_cannot_be_taken_do_not_keep_the_others_out(story: Story) -> None:
    first, second = await told(story)
    good = {"key": f"flow_node/{second}/text", "source_hash": sha256(b"Bye").hexdigest()}
    twice = {"key": f"flow_node/{first}/text", "source_hash": HELLO, "translation:de": "A", "status:de": ""}
    rows = [
        good | {"translation:de": "Tschüss", "status:de": "done"},
        good | {"translation:de": "Tschüss", "status:de": "draft"},
        twice,
        twice | {"translation:de": "B"},
        {"key": "node/1/text", "source_hash": HELLO, "translation:de": "C", "status:de": ""},
        {"key": f"flow_node/{2**63}/text", "source_hash": HELLO, "translation:de": "C", "status:de": ""},
        twice | {"key": f"flow_node/{first}/response.r1.text", "translation:de": "x" * 1_000_001},
    ]
    report = await bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)
    assert report.updated.total == 1
    assert sorted((one.place, one.reason) for one in report.errors.listed) == [
        ("row 2", "bad-status"),
        ("row 4", "duplicate"),
        ("row 5", "duplicate"),
        ("row 6", "bad-key"),
        ("row 7", "bad-key"),
        ("row 8", "bad-text"),
    ]
    assert (await stored_texts(story.bulk, story.project_id))[good["key"], "de"]["status"] == "draft"


async def test_reports_list_some_and_count_all(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(applying, "BATCH_ROWS", 7)
    await told(story)
    rows = [{"key": f"sheet/{n}/name", "source_hash": "", "translation:de": "x"} for n in range(1, 151)]
    rows += [{"key": "nothing", "source_hash": "", "translation:de": "x"} for _ in range(120)]
    report = await bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)
    assert (report.unknown.total, len(report.unknown.listed)) == (150, 100)
    assert (report.errors.total, len(report.errors.listed)) == (120, 100)
    assert [one.place for one in report.unknown.listed][:2] == ["row 2", "row 3"]


async def test_imports_into_a_project_wait_for_each_other(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "LOCK_WAIT_SECONDS", 1)
    content = b"key,source_hash,translation:de\r\nsheet/1/name,,x\r\n"
    async with story.bulk.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM projects WHERE id = $1 FOR NO KEY UPDATE", story.project_id)
        with pytest.raises(ProjectBusyError):
            await bring_back(story.bulk, story.project_id, "csv", content, user_id=story.owner_id)


async def test_a_project_that_is_not_there(story: Story) -> None:
    with pytest.raises(NotFoundError):
        await texts_file(story.bulk, story.project_id + 1, "csv")
    content = b"key,source_hash,translation:de\r\n"
    with pytest.raises(NotFoundError):
        await bring_back(story.bulk, story.project_id + 1, "csv", content, user_id=story.owner_id)


@pytest.mark.parametrize("name", ["tar", "", "csv.exe"])
def test_formats_that_are_not_known(name: str) -> None:
    with pytest.raises(UnknownFormatError):
        format_named(name)
    with pytest.raises(UnknownFormatError):
        format_of_file(f"texts.{name}")


async def test_no_cell_begins_like_a_formula(story: Story) -> None:
    await odd_texts(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    signs = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
    assert not [cell for row in rows for cell in row.values() if cell.startswith(signs)]


@pytest.mark.parametrize("delimiter", [";", "\t"])
async def test_what_spreadsheets_write_in_other_countries(story: Story, delimiter: str) -> None:
    await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    rows[1]["translation:de"] = "Hallo, du"
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, ["notes", *reversed(list(rows[0]))], delimiter=delimiter)
    writer.writeheader()
    writer.writerows(row | {"notes": "=mine"} for row in rows)
    content = text.getvalue().encode("utf-8-sig")
    report = await bring_back(story.bulk, story.project_id, "csv", content, user_id=story.owner_id)
    assert (report.updated.total, report.unchanged, report.errors.total) == (1, 8, 0)


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"", "invalid-csv", "row 1"),
        (b"\x00\xff", "invalid-encoding", "row 1"),
        ("key,source_hash,translation:de\r\n\u00e4".encode("utf-16"), "invalid-encoding", "row 1"),
        (b"key,source_hash\r\nsheet/1/name,\r\n", "invalid-csv", "row 1"),
        (b"name,translation:de\r\n", "invalid-csv", "row 1"),
        (b"key,source_hash,translation:de,translation:de\r\n", "invalid-csv", "row 1"),
        (b'key,source_hash,translation:de\r\nsheet/1/name,,"x\r\n', "invalid-csv", "row 2"),
        (b'key,source_hash,translation:de\r\nsheet/1/name,,"x"y\r\n', "invalid-csv", "row 2"),
        (b"key,source_hash,translation:de\r\nsheet/1/name,,\xe4\r\n", "invalid-encoding", None),
        (
            b'key,source_hash,translation:de\r\nsheet/1/name,,"' + b"x" * 5_000_000 + b'"',
            "invalid-csv",
            "row 2",
        ),
        (b"key,source_hash," + b",".join(b"translation:a%d" % n for n in range(500)), "invalid-csv", "row 1"),
    ],
    ids=[
        *(
            "empty",
            "binary",
            "utf-16",
            "no-translations",
            "no-key",
            "column-twice",
            "open-quote",
            "stray-quote",
        ),
        *("latin-1", "huge-cell", "columns"),
    ],
)
def test_files_that_are_no_tables(content: bytes, code: str, place: str | None) -> None:
    with pytest.raises(DocumentError) as refused:
        said("csv", content)
    assert refused.value.document_code == code
    if place is not None:
        assert refused.value.path == place


async def test_a_file_that_is_no_good_changes_nothing(story: Story) -> None:
    await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    before = await stored_texts(story.bulk, story.project_id)
    rows[1]["translation:de"] = "Hallo"
    content = written(rows) + b'"open'
    with pytest.raises(DocumentError):
        await bring_back(story.bulk, story.project_id, "csv", content, user_id=story.owner_id)
    assert await stored_texts(story.bulk, story.project_id) == before


async def test_a_nul_is_a_fault_of_its_row(story: Story) -> None:
    first, second = await told(story)
    head = b"key,source_hash,translation:de\r\n"
    bad = f"flow_node/{first}/text,{HELLO},a\0b\r\n".encode()
    good = f"flow_node/{second}/text,{sha256(b'Bye').hexdigest()},Tsch\xfcss\r\n".encode()
    digest = f"flow_node/{first}/text,a\0b,x\r\n".encode()
    content = head + bad + good + digest
    report = await bring_back(story.bulk, story.project_id, "csv", content, user_id=story.owner_id)
    assert [(one.place, one.reason) for one in report.errors.listed] == [
        ("row 2", "bad-text"),
        ("row 4", "bad-key"),
    ]
    assert report.updated.total == 1
    strange = b"key,source_hash,translation:d\0e\r\nsheet/1/name,,x\r\n"
    report = await bring_back(story.bulk, story.project_id, "csv", strange, user_id=story.owner_id)
    assert [one.reason for one in report.errors.listed] == ["bad-key"]


async def test_an_editor_who_keeps_a_text_is_not_waited_for_long(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "LOCK_WAIT_SECONDS", 1)
    await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    rows[1]["translation:de"] = "Hallo"
    async with story.bulk.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE localized_texts SET source_text = 'Hi' WHERE source_text = 'Hello'")
        with pytest.raises(ProjectBusyError):
            await bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)


async def test_an_editor_who_is_faster_wins(story: Story) -> None:
    first, _ = await told(story)
    rows = table(await texts_file(story.bulk, story.project_id, "csv"))
    rows[1]["translation:de"] = "Hallo"
    async with story.bulk.acquire() as connection:
        editing = connection.transaction()
        await editing.start()
        await connection.execute("UPDATE localized_texts SET source_text = 'Hi' WHERE source_text = 'Hello'")
        bringing = asyncio.create_task(
            bring_back(story.bulk, story.project_id, "csv", written(rows), user_id=story.owner_id)
        )
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await story.bulk.fetchval(waits):  # noqa: ASYNC110 - another connection's state
            await asyncio.sleep(0.01)
        await editing.commit()
    report = await bringing
    assert report.updated.total == 0
    assert (f"flow_node/{first}/text", "de") in {(one.key, one.locale) for one in report.stale.listed}
    stored = await stored_texts(story.bulk, story.project_id)
    assert stored[f"flow_node/{first}/text", "de"]["translated_text"] is None
