"""The one table that CSV files and workbooks hold: a row a text, its languages side by side.

`key, speaker, context, source_text, source_hash, words`, then for each language `translation:xx`, `status:xx`,
`words:xx`. Whoever brings a table back needs `key`, `source_hash` and a translation or status; columns may stand in any
order, others are not read, and an empty cell leaves what it stands for as it is.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from storyarn_export.domain.errors import DocumentError
from storyarn_export.localization.limits import MAX_COLUMNS
from storyarn_export.localization.texts import STATUSES, Change, Fault, Head, Line

KEY, SOURCE_HASH = "key", "source_hash"
LEADING = (KEY, "speaker", "context", "source_text", SOURCE_HASH, "words")
TRANSLATION, STATUS, WORDS = "translation", "status", "words"
OF_LANGUAGE = re.compile(rf"({TRANSLATION}|{STATUS}):(.{{1,10}})")

Cell = str | int | None


def header(head: Head) -> list[str]:
    """The names of the columns."""
    return [*LEADING, *(f"{kind}:{code}" for code in head.locales for kind in (TRANSLATION, STATUS, WORDS))]


def cells(line: Line, head: Head) -> list[Cell]:
    """The cells of a line, in the order of `header`."""
    row: list[Cell] = [
        line.key,
        line.speaker,
        line.context,
        line.source_text,
        line.source_hash,
        line.words,
    ]
    for code in head.locales:
        one = line.translations.get(code)
        row += (None, None, None) if one is None else (one.text, one.status, one.words)
    return row


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a table has what is read of it.

    Attributes:
        key: index of the column.
        source_hash: index of the column.
        translations: index by locale code.
        statuses: index by locale code.
    """

    key: int
    source_hash: int
    translations: dict[str, int]
    statuses: dict[str, int]

    @classmethod
    def of(cls, names: Sequence[str], code: str) -> "Columns":
        """Find the columns by their names.

        Args:
            names: the first row.
            code: of the error that says that they are not there.

        Raises:
            DocumentError: columns are missing, stand there twice, or are too many.
        """
        if any(names[MAX_COLUMNS:]):
            raise DocumentError(code, f"The table has more than {MAX_COLUMNS} columns.", path="row 1")
        plain = [name.strip() for name in names]
        found: dict[str, dict[str, int]] = {TRANSLATION: {}, STATUS: {}}
        for index, name in enumerate(plain):
            read = OF_LANGUAGE.fullmatch(name)
            if read is None and name not in {KEY, SOURCE_HASH}:
                continue
            if plain.index(name) != index:
                raise DocumentError(code, f"The table has two columns {name!r}.", path="row 1")
            if read is not None:
                found[read[1]][read[2]] = index
        missing = [name for name in (KEY, SOURCE_HASH) if name not in plain]
        if not found[TRANSLATION] and not found[STATUS]:
            missing.append(f"{TRANSLATION}:<language>")
        if missing:
            raise DocumentError(
                code,
                f"The table has no column {' and no '.join(missing)}.",
                path="row 1",
                hint="the first row names the columns, as in a table that was exported",
            )
        return cls(plain.index(KEY), plain.index(SOURCE_HASH), found[TRANSLATION], found[STATUS])

    def changes(self, row: Sequence[str], place: str) -> Iterator[Change | Fault]:
        """What a row says; nothing where it is empty.

        Args:
            row: the cells as text, as many as the header has.
            place: where the row is.
        """
        key = row[self.key].strip()
        if not key and not any(row):
            return
        digest = row[self.source_hash].strip().lower()
        for locale in dict.fromkeys((*self.translations, *self.statuses)):
            text = row[self.translations[locale]] if locale in self.translations else ""
            status = row[self.statuses[locale]].strip().lower() if locale in self.statuses else ""
            if not text and not status:
                continue
            if status and status not in STATUSES:
                known = ", ".join(STATUSES)
                yield Fault(
                    place, key, locale, "bad-status", f"{status[:40]!r} is no status; there are {known}."
                )
            else:
                yield Change(place, key, locale, digest, text or None, status or None)
