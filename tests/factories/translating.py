"""The way to translators and back without HTTP: files out of a project and into it."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg

from storyarn_export.localization.apply import ApplyTexts
from storyarn_export.localization.registry import format_named
from storyarn_export.localization.report import ExchangeReport
from storyarn_export.localization.spool import Spool
from storyarn_export.localization.texts import Change, Fault
from storyarn_export.localization.write import WriteTexts
from tests.factories.rows import Story

Stored = dict[tuple[str, str], dict[str, Any]]
# Texts that have gone wrong somewhere between a database, a spreadsheet and back.
ODD = (
    "=1+1",
    '=HYPERLINK("https://example.org";"x")',
    "+49 30",
    "-Hola",
    "@here",
    "\ttab",
    "\nline",
    "\r\nline",
    "'=quoted",
    "''-twice",
    "'quoted'",
    "\uff1dwide",
    " leading and trailing ",
    "one\ntwo\r\nthree\rfour",
    "a,b;c\td",
    'say "hi"',
    "back\\slash \\n \\t \\\\",
    "#N/A",
    "TRUE",
    "007",
    "1/2",
    "1e5",
    "_x0041_ _x0001_x0002_ _x005F_",
    "bell \x07 escape \x1b unit \x1f feed \x0c \x0b",
    "last \ufffe\uffff ones",
    "next line \x85 separators \u2028 \u2029 \x1c\x1d\x1e",
    "東京 Ñandú \U0001f9d1\u200d\U0001f680 e\u0301 \u202b\u05e9\u05dc\u05d5\u05dd\u202c",
    "<p>Hi <b>you</b> &amp; &nbsp; {x} $x %s</p>",
    "]]> <!-- x --> <?y?>",
    '#. status: final\nmsgid "x"',
    "x" * 30_000,
)


async def texts_file(
    bulk: asyncpg.Pool, project_id: int, name: str, locales: Sequence[str] | None = None
) -> bytes:
    """The file of a format."""
    written = await WriteTexts(bulk, Spool())(project_id, format_named(name), locales)
    with written.file as file:
        file.seek(0)
        content = file.read()
    assert len(content) == written.size
    return content


async def bring_back(
    bulk: asyncpg.Pool, project_id: int, name: str, content: bytes, *, user_id: int, preview: bool = False
) -> ExchangeReport:
    """Import a file."""
    return await ApplyTexts(bulk)(
        project_id=project_id,
        user_id=user_id,
        chosen=format_named(name),
        file=io.BytesIO(content),
        preview=preview,
    )


def said(name: str, content: bytes) -> list[Change | Fault]:
    """What a file says."""
    return list(format_named(name).read(io.BytesIO(content)))


def saved(path: Path, content: bytes) -> str:
    """A file of this name, for libraries that want one."""
    path.write_bytes(content)
    return str(path)


async def stored_texts(bulk: asyncpg.Pool, project_id: int) -> Stored:
    """All rows of a project by key and locale code, with the transaction that wrote each."""
    rows = await bulk.fetch(
        "SELECT xmin::text AS version, * FROM localized_texts WHERE project_id = $1", project_id
    )
    return {
        (f"{row['source_type']}/{row['source_id']}/{row['source_field']}", row["locale_code"]): dict(row)
        for row in rows
    }


def differing(before: Stored, after: Stored) -> dict[tuple[str, str], dict[str, Any]]:
    """The columns that are other than before, by row."""
    assert before.keys() == after.keys()
    return {
        place: {name: after[place][name] for name in row if row[name] != after[place][name]}
        for place, row in before.items()
        if row != after[place]
    }


async def odd_texts(story: Story) -> dict[str, str]:
    """A block of each odd text, which is its own translation; translations by key."""
    await story.language("es")
    sheet = await story.sheet("Odd")
    expected = {}
    for text in ODD:
        block = await story.block(sheet)
        await story.text("block", block, "value.content", "es", source_text=text, translated_text=text)
        expected[f"block/{block}/value.content"] = text
    return expected
