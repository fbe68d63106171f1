"""What `metadata.statistics` tells, gathered while the rows go past."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from typing import Any

import orjson

from storyarn_export.domain.story import KIND_OF_TAG, Kind
from storyarn_export.serializers.writing.words import count_words, count_words_of_json

FINAL = b'"final"'
NO_TEXT = b"null"

COUNTED = {
    "sheet_count": Kind.SHEET,
    "block_count": Kind.BLOCK,
    "table_row_count": Kind.TABLE_ROW,
    "flow_count": Kind.FLOW,
    "node_count": Kind.NODE,
    "connection_count": Kind.FLOW_CONNECTION,
    "scene_count": Kind.SCENE,
    "pin_count": Kind.PIN,
    "zone_count": Kind.ZONE,
    "screenplay_count": Kind.SCREENPLAY,
    "element_count": Kind.ELEMENT,
}


class Statistics:
    """Counts of one document."""

    def __init__(self) -> None:
        self._tags: Counter[bytes] = Counter()
        self.strings = 0
        self.source_words = 0
        self.source_language: str | None = None
        self.targets: list[str] = []
        self._words: Counter[str] = Counter()
        self._translations: Counter[str] = Counter()
        self._final: Counter[str] = Counter()

    def count_rows(self, tags: Sequence[bytes]) -> None:
        """Count rows by their tags."""
        # Often all rows of a batch are of one kind, which is sooner seen than counted.
        if tags and tags.count(tags[0]) == len(tags):
            self._tags[tags[0]] += len(tags)
        else:
            self._tags.update(tags)

    @property
    def rows(self) -> Mapping[Kind, int]:
        """Rows so far, by kind."""
        counts: Counter[Kind] = Counter()
        for tag, count in self._tags.items():
            if tag in KIND_OF_TAG:
                counts[KIND_OF_TAG[tag]] += count
        return counts

    def add_source(self, texts: Iterable[object]) -> None:
        """Count the words of texts in the source language; what is no text counts nothing."""
        self.source_words += count_words([text for text in texts if isinstance(text, str) and text])

    def add_translations(
        self, locales: Sequence[bytes], texts: Sequence[bytes], statuses: Sequence[bytes]
    ) -> None:
        """Count the words of translations and how many are final.

        Args:
            locales: locale codes, JSON strings.
            texts: what is translated, JSON strings or null.
            statuses: JSON strings or null.
        """
        for code in set(locales):
            locale_code = orjson.loads(code)
            mine = [locale == code for locale in locales]
            of_locale = list(compress(texts, mine))
            self._translations[locale_code] += len(of_locale)
            self._final[locale_code] += list(compress(statuses, mine)).count(FINAL)
            self._words[locale_code] += count_words_of_json([text for text in of_locale if text != NO_TEXT])

    def to_json(self, *, localized: bool) -> dict[str, Any]:
        """The object of the document.

        Args:
            localized: whether the localization section is included.
        """
        by_language = {}
        if localized and self.source_language is not None:
            by_language = {locale: self._words[locale] for locale in self._locales()}
            by_language[self.source_language] = self.source_words
        rows = self.rows
        return {
            **{name: rows.get(kind, 0) for name, kind in COUNTED.items()},
            "string_count": self.strings,
            "asset_count": rows.get(Kind.ASSET, 0),
            "word_count": {"total": self.source_words, "by_language": dict(sorted(by_language.items()))},
            "localization_progress": {locale: self._percent(locale) for locale in sorted(self.targets)},
        }

    def state(self) -> dict[str, Any]:
        """Everything, as plain JSON."""
        return {
            "tags": {tag.decode(): count for tag, count in self._tags.items()},
            "strings": self.strings,
            "source_words": self.source_words,
            "source_language": self.source_language,
            "targets": self.targets,
            "words": dict(self._words),
            "translations": dict(self._translations),
            "final": dict(self._final),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self._tags = Counter({tag.encode(): count for tag, count in state["tags"].items()})
        self.strings = state["strings"]
        self.source_words = state["source_words"]
        self.source_language = state["source_language"]
        self.targets = list(state["targets"])
        self._words = Counter(state["words"])
        self._translations = Counter(state["translations"])
        self._final = Counter(state["final"])

    def _locales(self) -> set[str]:
        return {*self.targets, *self._translations}

    def _percent(self, locale: str) -> int:
        count = self._translations[locale]
        return self._final[locale] * 100 // count if count else 0
