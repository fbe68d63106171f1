"""The native document, written front to back."""

from collections.abc import Mapping, Sequence
from itertools import compress
from typing import Any

import orjson

from storyarn_export.domain.options import FORMAT_VERSION
from storyarn_export.domain.rows import STRING_KEYS, place_of
from storyarn_export.domain.story import Batch, Kind, Section, Tag
from storyarn_export.serializers.formats.storyarn.carried import Missing, with_keys
from storyarn_export.serializers.formats.storyarn.localization import Grouped
from storyarn_export.serializers.formats.storyarn.places import PLACE_OF_TAG
from storyarn_export.serializers.formats.storyarn.responses import is_normal, normalise_data
from storyarn_export.serializers.formats.storyarn.rows import STRING, TERM, TRANSLATION, Rows
from storyarn_export.serializers.formats.storyarn.statistics import Statistics
from storyarn_export.serializers.registry import Carried, Header
from storyarn_export.serializers.writing.jsonb import loads_all
from storyarn_export.serializers.writing.nesting import Nesting, Texts
from storyarn_export.serializers.writing.style import Style

# The arrays of the localization object, in document order; each begins when its first row comes.
LOCALIZATION = ("languages", "strings", "glossary")
LANGUAGES, STRINGS, GLOSSARY = range(3)
# How deep the objects of assets stand.
ASSET_DEPTH = 3

NODE_DATA = place_of(Tag.DIALOGUE, "data")
BLOCK_VALUE = place_of(Tag.TEXT_BLOCK, "value")
LOCALE, TRANSLATED_TEXT, STATUS = (
    place_of(Tag.TEXT, name) for name in ("locale_code", "translated_text", "status")
)


class StoryarnSerializer:
    """Writes one native document; see `serializers.registry.Serializer` for the order of calls.

    Layout, key order and values are those of the format 1.0.0 (docs/native-format.md). JSON of rows is moved in
    as PostgreSQL printed it; only responses that have not the normal form are rewritten, and in pretty documents
    everything is indented anew.

    Args:
        header: what the document says about itself.
    """

    def __init__(self, header: Header) -> None:
        self._header = header
        self._options = header.options
        self._style = Style(header.options.pretty_print)
        self._statistics = Statistics()
        self._nesting = Nesting(PLACE_OF_TAG, self._style, 2)
        self._grouped = self._groups(STRINGS)
        self._missing = Missing()
        self._section: Section | None = None
        self._array = -1

    @property
    def written(self) -> Mapping[Kind, int]:
        """Rows written so far, by kind."""
        return self._statistics.rows

    def begin(self) -> bytes:
        """Everything before the first section."""
        style = self._style
        pairs = (
            ("storyarn_version", orjson.dumps(FORMAT_VERSION)),
            ("export_version", orjson.dumps(self._options.version)),
            ("exported_at", orjson.dumps(self._header.exported_at.strftime("%Y-%m-%dT%H:%M:%SZ"))),
            ("project", self._header.project),
        )
        return b"{" + b",".join(style.key(name, 1) + style.value(value, 1) for name, value in pairs)

    def begin_section(self, section: Section) -> bytes:
        """The section's key and its opening bracket."""
        start = b"," + self._style.key(section.value, 1)
        self._section = section
        self._array = -1
        match section:
            case Section.LOCALIZATION:
                return start + b"{"
            case Section.ASSETS:
                self._nesting = Nesting(PLACE_OF_TAG, self._style, ASSET_DEPTH)
                mode = orjson.dumps(self._options.include_assets.value)
                key = self._style.key
                return (
                    start
                    + b"{"
                    + key("mode", 2)
                    + mode
                    + b","
                    + key("base_url", 2)
                    + b"null,"
                    + key("items", 2)
                    + b"["
                )
            case _:
                self._nesting = Nesting(PLACE_OF_TAG, self._style, 2)
                return start + b"["

    def rows(self, batch: Batch) -> bytes:
        """The rows' bytes, with brackets as they open and close."""
        out: list[bytes] = []
        self._statistics.count_rows(batch.tags)
        match self._section:
            case Section.LOCALIZATION:
                self._localized(batch, out)
            case Section.SHEETS:
                self._count_blocks(batch)
                self._nesting.write(batch.tags, Rows(batch), out)
            case Section.FLOWS:
                self._dialogues(batch)
                self._nesting.write(batch.tags, Rows(batch), out)
            case _:
                self._nesting.write(batch.tags, Rows(batch), out)
        return b"".join(out)

    def named(self, batch: Batch, carried: Sequence[Carried | None]) -> bytes:
        """Assets whose bytes are beside the document; see `serializers.registry.AssetSerializer`."""
        bodies = [
            with_keys(body, sha256=one.sha256, path=one.path) if one else self._without(body, "path")
            for body, one in zip(batch.columns[0], carried, strict=True)
        ]
        return self.rows(Batch(batch.tags, (bodies,)))

    def embedded(self, batch: Batch, sha256: str | None) -> tuple[bytes, bytes]:
        """What stands before and after the bytes of an asset; see `serializers.registry.AssetSerializer`."""
        (body,) = batch.columns[0]
        if sha256 is None:
            return self.rows(Batch(batch.tags, ([self._without(body, "data")],))), b""
        written = self.rows(Batch(batch.tags, ([with_keys(body, sha256=sha256, data="")],)))
        after = self.after_bytes()
        return written.removesuffix(after), after

    def after_bytes(self) -> bytes:
        """What stands after the bytes of an embedded asset."""
        return b'"' + self._style.line(ASSET_DEPTH) + b"}"

    def _without(self, body: bytes, key: str) -> bytes:
        self._missing.add(orjson.loads(body)["id"])
        return with_keys(body, **{"sha256": None, key: None})

    def end_section(self, section: Section) -> bytes:
        """Whatever is open, closed."""
        out: list[bytes] = []
        match section:
            case Section.LOCALIZATION:
                self._pass_to(len(LOCALIZATION), out)
                out.append(self._style.line(1) + b"}")
            case Section.ASSETS:
                self._nesting.close(out)
                out.append(
                    (b"" if self._nesting.empty else self._style.line(2)) + b"]" + self._style.line(1) + b"}"
                )
            case _:
                self._nesting.close(out)
                out.append((b"" if self._nesting.empty else self._style.line(1)) + b"]")
        return b"".join(out)

    def finish(self) -> bytes:
        """The metadata and the last newline."""
        metadata = {
            "statistics": self._statistics.to_json(localized=self._options.include_localization),
            "validation": self._missing.validation(self._header.validation),
        }
        style = self._style
        return b"," + style.key("metadata", 1) + style.dump(metadata, 1) + style.line(0) + b"}\n"

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the bytes returned so far; plain JSON."""
        return {
            "statistics": self._statistics.state(),
            "nesting": self._nesting.state(),
            "grouped": self._grouped.state(),
            "missing": self._missing.state(),
            "section": self._section,
            "array": self._array,
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self._statistics.restore(state["statistics"])
        # A checkpoint may be of a version that knew of no bytes.
        if "missing" in state:
            self._missing.restore(state["missing"])
        self._section = None if state["section"] is None else Section(state["section"])
        self._array = state["array"]
        depth = 3 if self._section in {Section.LOCALIZATION, Section.ASSETS} else 2
        self._nesting = Nesting(PLACE_OF_TAG, self._style, depth)
        self._nesting.restore(state["nesting"])
        self._grouped = self._groups(self._array)
        self._grouped.restore(state["grouped"])

    def _count_blocks(self, batch: Batch) -> None:
        """Count the words of text blocks."""
        stored = zip(batch.tags, batch.columns[BLOCK_VALUE], strict=True)
        values = loads_all([value for tag, value in stored if tag == b"text_block"])
        self._statistics.add_source(value.get("content") for value in values if isinstance(value, dict))

    def _dialogues(self, batch: Batch) -> None:
        """Count the words of dialogues, and bring responses into their one form where they have another."""
        column = batch.columns[NODE_DATA]
        chosen = [tag == b"dialogue" for tag in batch.tags]
        texts: list[object] = []
        others: list[int] = []
        for number, data in enumerate(loads_all(list(compress(column, chosen)))):
            if not isinstance(data, dict):
                continue
            texts.append(data.get("text"))
            responses = data.get("responses")
            if isinstance(responses, list) and responses:
                texts += [response.get("text") for response in responses if isinstance(response, dict)]
                if not all(map(is_normal, responses)):
                    others.append(number)
        if others:
            places = list(compress(range(len(column)), chosen))
            for place in map(places.__getitem__, others):
                column[place] = normalise_data(column[place])
        self._statistics.add_source(texts)

    def _localized(self, batch: Batch, out: list[bytes]) -> None:
        match batch.tags[0]:
            case b"text":
                self._enter(STRINGS, out)
                locales = batch.columns[LOCALE]
                self._statistics.add_translations(
                    locales, batch.columns[TRANSLATED_TEXT], batch.columns[STATUS]
                )
                before = self._grouped.groups
                self._grouped.write(batch.columns[:LOCALE], self._translations(batch), out)
                self._statistics.strings += self._grouped.groups - before
            case b"term":
                self._enter(GLOSSARY, out)
                *entries, locales, terms = batch.columns
                self._grouped.write(entries, self._grouped.members(locales, terms), out)
            case _:
                self._languages(batch, out)

    def _translations(self, batch: Batch) -> list[bytes]:
        locales, translations = batch.columns[LOCALE], batch.columns[LOCALE + 1 :]
        if self._style.pretty:
            return self._grouped.members(locales, TRANSLATION.objects(translations))
        return TRANSLATION.members(locales, translations)

    def _languages(self, batch: Batch, out: list[bytes]) -> None:
        for tag, body in zip(batch.tags, batch.columns[0], strict=True):
            if tag == b"source_language":
                self._statistics.source_language = orjson.loads(body)
                out.append(self._style.key("source_language", 2) + body)
                continue
            self._enter(LANGUAGES, out)
            language = orjson.loads(body)
            if not language["is_source"]:
                self._statistics.targets.append(language["locale_code"])
            self._nesting.write([tag], Texts([body]), out)

    def _enter(self, array: int, out: list[bytes]) -> None:
        """Begin an array of the localization object unless it is the one being written."""
        if array != self._array:
            self._pass_to(array, out)
            out.append(b"," + self._style.key(LOCALIZATION[array], 2) + b"[")
            self._array = array
            self._nesting = Nesting(PLACE_OF_TAG, self._style, 3)
            self._grouped = self._groups(array)

    def _groups(self, array: int) -> Grouped:
        if array == GLOSSARY:
            return Grouped(self._style, 3, TERM, len(TERM.names))
        return Grouped(self._style, 3, STRING, STRING_KEYS)

    def _pass_to(self, array: int, out: list[bytes]) -> None:
        """End the localization array being written and write those before `array` as empty ones."""
        if self._array >= 0:
            self._grouped.close(out)
            out.append(self._style.line(2) + b"]")
        passed = LOCALIZATION[self._array + 1 : array]
        out.extend(b"," + self._style.key(skipped, 2) + b"[]" for skipped in passed)
        self._array = max(self._array, array - 1)
