"""Texts as translators meet them, and what their files say about them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

PENDING, DRAFT, IN_PROGRESS, REVIEW, FINAL = STATUSES = (
    "pending",
    "draft",
    "in_progress",
    "review",
    "final",
)
# `<source_type>/<source_id>/<source_field>`; the field may hold anything.
KEY = re.compile(r"(flow_node|block|sheet|flow|screenplay)/([1-9][0-9]{0,18})/(.{1,255})", re.DOTALL)
MAX_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Translation:
    """A text in one language.

    Attributes:
        status: one of STATUSES; None where the row has none.
        words: of `text`.
    """

    locale: str
    text: str | None
    status: str | None
    words: int


@dataclass(frozen=True, slots=True)
class Line:
    """A text in all languages that were asked for.

    Attributes:
        key: names the text within its project for ever; see `KEY`.
        speaker: name of the sheet of whoever says it.
        context: where it stands, for people.
        source_text: what is to be translated.
        source_hash: SHA-256 of `source_text` in UTF-8, lowercase hex; empty where there is no source text.
        words: of `source_text`.
        translations: by locale code; languages in which the text has no row are not there.
    """

    key: str
    speaker: str | None
    context: str | None
    source_text: str | None
    source_hash: str
    words: int
    translations: dict[str, Translation]


@dataclass(frozen=True, slots=True)
class Head:
    """What a file is about.

    Attributes:
        project: its name.
        source: locale code of the source language.
        locales: those of the file, in the order of the project's languages.
    """

    project: str
    source: str
    locales: Sequence[str]


class Change(NamedTuple):
    """What a file says about a text in one language.

    Attributes:
        place: where in the file, such as `row 12`.
        source_hash: of the source text that the translation was made from.
        text: the translation; None to leave it as it is.
        status: one of STATUSES; None to leave it as it is.
    """

    place: str
    key: str
    locale: str
    source_hash: str
    text: str | None
    status: str | None


class Fault(NamedTuple):
    """A row of a file that cannot be taken; the others can.

    Attributes:
        place: where in the file.
        key: of the text, as far as it is known.
        locale: of the language, as far as it is known.
        reason: a stable word: bad-key, bad-status, bad-cell, bad-text, duplicate.
        message: one sentence.
    """

    place: str
    key: str | None
    locale: str | None
    reason: str
    message: str


def split_key(key: str) -> tuple[str, int, str] | None:
    """Type, id and field of a key; None when it is none."""
    found = KEY.fullmatch(key)
    if found is None or int(found[2]) > MAX_ID:
        return None
    return found[1], int(found[2]), found[3]
