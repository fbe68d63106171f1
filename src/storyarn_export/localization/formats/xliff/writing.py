"""Texts into XLIFF, element by element."""

from collections.abc import Sequence
from typing import BinaryIO

from lxml import etree

from storyarn_export.domain.errors import UnrepresentableTextError
from storyarn_export.localization.characters import NOT_IN_XML
from storyarn_export.localization.formats.xliff.vocabulary import (
    CP,
    GROUP,
    HASH,
    INITIAL,
    META,
    NAMESPACES,
    OURS,
    SEGMENT,
    SOURCE,
    SPACE,
    STATES,
    STATUS,
    TARGET,
    UNIT,
    UNTRANSLATED,
    core,
    metadata,
)
from storyarn_export.localization.texts import Head, Line, Translation


class _XliffWriter:
    def __init__(self, target: BinaryIO, head: Head) -> None:
        self._head = head
        self._locale = head.locales[0]
        self._units = 0
        self._file = etree.xmlfile(target, encoding="utf-8")
        self._open: list[etree._FileWriterElement] = []

    def begin(self) -> None:
        """As `Writer`."""
        self._xml = self._file.__enter__()
        self._xml.write_declaration()
        languages = {"srcLang": self._head.source, "trgLang": self._locale}
        root = self._xml.element(core("xliff"), {"version": "2.1", **languages}, nsmap=NAMESPACES)
        file = self._xml.element(core("file"), {"id": "texts", "original": _folded(self._head.project)})
        for element in (root, file):
            element.__enter__()
            self._open.append(element)

    def write(self, lines: Sequence[Line]) -> None:
        """As `Writer`."""
        for line in lines:
            if NOT_IN_XML.search(line.key):
                raise UnrepresentableTextError(
                    f"XLIFF cannot hold the key {line.key!r}.", hint="Ask for CSV.", extra={"key": line.key}
                )
            self._units += 1
            self._xml.write("\n")
            # A name may be anything, an id not.
            head = {"id": f"u{self._units}", "name": line.key, "canResegment": "no"}
            with self._xml.element(UNIT, head):
                self._unit(line, line.translations[self._locale])

    def finish(self) -> None:
        """As `Writer`."""
        self._xml.write("\n")
        self.abandon()

    def abandon(self) -> None:
        """As `Writer`."""
        while self._open:
            self._open.pop().__exit__(None, None, None)
        self._file.__exit__(None, None, None)

    def _unit(self, line: Line, translation: Translation) -> None:
        untranslated = "" if translation.text else UNTRANSLATED
        status = translation.status and f"{translation.status}{untranslated}"
        with self._xml.element(metadata("metadata")), self._xml.element(GROUP, category=OURS):
            self._texts(META, "type", ((STATUS, status), (HASH, line.source_hash)))
        notes = (("speaker", line.speaker), ("context", line.context))
        if any(value for _, value in notes):
            with self._xml.element(core("notes")):
                self._texts(core("note"), "category", notes)
        with self._xml.element(SEGMENT, state=_state(translation)):
            self._text(SOURCE, line.source_text or "")
            if translation.text:
                self._text(TARGET, translation.text)

    def _texts(self, tag: str, attribute: str, values: Sequence[tuple[str, str | None]]) -> None:
        for name, value in values:
            if value:
                with self._xml.element(tag, {attribute: name}):
                    self._xml.write(_folded(value))

    def _text(self, tag: str, text: str) -> None:
        """Write a text; what XML cannot hold becomes elements."""
        with self._xml.element(tag, {SPACE: "preserve"}):
            start = 0
            for found in NOT_IN_XML.finditer(text):
                self._xml.write(text[start : found.start()])
                with self._xml.element(CP, hex=f"{ord(found[0]):04X}"):
                    start = found.end()
            self._xml.write(text[start:])


def writer(target: BinaryIO, head: Head) -> _XliffWriter:
    """As `TextFormat.writer`."""
    return _XliffWriter(target, head)


def _state(translation: Translation) -> str:
    # A segment that has no target is in its first state, whatever the text's status says.
    return STATES.get(translation.status or "", INITIAL) if translation.text else INITIAL


def _folded(text: str) -> str:
    return NOT_IN_XML.sub(" ", text)
