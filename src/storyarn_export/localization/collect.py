"""Texts of a project out of a snapshot, each with its translations beside it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from storyarn_export.collector.snapshot import Snapshot
from storyarn_export.domain.story import Batch
from storyarn_export.localization.statements import statement
from storyarn_export.localization.texts import Line, Translation
from storyarn_export.serializers.writing.words import count_words

LOCALES, LINES = statement("locales"), statement("lines")
COLUMNS = 9
# As in the documents of projects that mark none.
DEFAULT_SOURCE = "en"


@dataclass(frozen=True, slots=True)
class Locales:
    """The languages of a project.

    Attributes:
        source: locale code of the source language.
        known: all locale codes, in the order of the languages.
        used: those of them that texts have.
    """

    source: str
    known: Sequence[str]
    used: Sequence[str]


async def read_locales(snapshot: Snapshot, project_id: int) -> Locales:
    """The languages of a project; those of texts whose language is not in the project any more come last."""
    rows = await snapshot.set_based(LOCALES, project_id)
    source = next((row["locale_code"] for row in rows if row["is_source"]), DEFAULT_SOURCE)
    return Locales(
        source,
        known=[row["locale_code"] for row in rows],
        used=[row["locale_code"] for row in rows if row["has_texts"]],
    )


async def read_batches(
    snapshot: Snapshot, project_id: int, locales: Sequence[str]
) -> AsyncGenerator[Batch, None]:
    """Rows for `Grouping`, in the order of the story.

    The server sorts them, on its disk where they are many. Memory: see `collector.copying`.
    """
    rows = snapshot.copy_sorted(LINES, project_id, list(locales), columns=COLUMNS)
    async with aclosing(rows) as batches:
        async for batch in batches:
            yield batch


class Grouping:
    """Puts the rows of a text, one a language, together.

    Languages may differ in their source text where an editor changed it for some of them: such a text comes as several
    lines, each with the languages that share a source text. Memory: the rows of one text.
    """

    def __init__(self) -> None:
        self._key: tuple[bytes, str] | None = None
        self._lines: dict[str, Line] = {}

    def feed(self, batch: Batch) -> list[Line]:
        """The lines that are complete with these rows."""
        done: list[Line] = []
        fields, locales, speakers, contexts, sources = map(_parsed, batch.columns[:5])
        hashes, translations, statuses = batch.columns[5], _parsed(batch.columns[6]), batch.columns[7]
        rows = zip(
            batch.tags,
            fields,
            locales,
            speakers,
            contexts,
            sources,
            hashes,
            translations,
            statuses,
            strict=True,
        )
        for owner, field, locale, speaker, context, source, digest, text, status in rows:
            if (owner, field) != self._key:
                done += self.end()
                self._key = (owner, field)
            known = "" if digest == b"null" else digest.decode()
            line = self._lines.get(known)
            if line is None:
                key = f"{owner.decode()}/{field}"
                line = self._lines[known] = Line(
                    key, speaker, context, source, known, count_words([source or ""]), {}
                )
            shown = None if status == b"null" else status.decode()
            line.translations[locale] = Translation(locale, text, shown, count_words([text or ""]))
        return done

    def end(self) -> list[Line]:
        """The lines of the last text."""
        done = list(self._lines.values())
        self._lines = {}
        return done


def _parsed(column: Sequence[bytes]) -> list[Any]:
    """The values of a column of JSON, parsed at once."""
    parsed: list[Any] = orjson.loads(b"[" + b",".join(column) + b"]")
    return parsed
