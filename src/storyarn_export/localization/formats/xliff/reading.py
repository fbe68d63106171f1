"""XLIFF into what it says of texts, unit by unit."""

import re
from collections.abc import Generator, Iterator, Sequence
from hashlib import sha256
from typing import BinaryIO

from lxml import etree

from storyarn_export.domain.errors import DocumentError
from storyarn_export.localization.formats.xliff.vocabulary import (
    CP,
    GROUP,
    HASH,
    IGNORABLE,
    INITIAL,
    META,
    OURS,
    SEGMENT,
    SOURCE,
    STATES,
    STATUS,
    TARGET,
    UNIT,
    core,
)
from storyarn_export.localization.limits import MAX_ROWS
from storyarn_export.localization.texts import DRAFT, FINAL, PENDING, REVIEW, STATUSES, Change, Fault

CODE = "invalid-xliff"
# Marks that tools put around what stays as it is.
TRANSPARENT = {"mrk", "sm", "em"}
HEX = re.compile("[0-9A-Fa-f]{1,6}")
HIGHEST, SURROGATES = 0x10FFFF, (0xD800, 0xDFFF)
# Of one unit, or of what stands before it: what a reader holds at a time.
MAX_HELD_ELEMENTS = 10_000
# What becomes of a text whose state somebody has changed.
STATUS_OF = {"initial": DRAFT, "translated": REVIEW, "reviewed": FINAL, "final": FINAL}


class _InlineError(Exception):
    """Elements stand in a translation that are no text."""


def read(source: BinaryIO) -> Generator[Change | Fault, None, None]:
    """As `TextFormat.read`. Memory: a unit."""
    try:
        # Nothing is expanded, fetched or read from elsewhere.
        elements = etree.iterparse(
            source, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False
        )
        locale = _locale(elements)
        units = held = 0
        for event, element in elements:
            if event == "start":
                held += 1
                if held > MAX_HELD_ELEMENTS:
                    message = f"A unit has more than {MAX_HELD_ELEMENTS} elements."
                    raise DocumentError(CODE, message, path=f"line {element.sourceline}")
            elif element.tag == UNIT:
                units += 1
                if units > MAX_ROWS:
                    raise DocumentError(CODE, f"The file has more than {MAX_ROWS} units.")
                yield from _said(element, locale)
                _forget(element)
                held = 0
    except etree.XMLSyntaxError as error:
        raise DocumentError(
            CODE, "The file is not XML that can be read.", path=f"line {error.lineno}"
        ) from error


def _locale(elements: Iterator[tuple[str, etree._Element]]) -> str:
    """The target language, from the root element."""
    root = next((element for _, element in elements), None)
    if root is None:
        raise DocumentError(CODE, "The file is empty.")
    if root.getroottree().docinfo.internalDTD is not None:
        raise DocumentError(CODE, "The file has a document type, which XLIFF has not.", path="line 1")
    if root.tag != core("xliff") or not root.get("version", "").startswith("2."):
        raise DocumentError(CODE, "The file is not XLIFF 2.", path=f"line {root.sourceline}")
    locale = root.get("trgLang")
    if not locale:
        raise DocumentError(CODE, "The file does not name its target language (trgLang).", path="line 1")
    return locale


def _forget(unit: etree._Element) -> None:
    """Free what has been read; the tree would grow to that of the whole file."""
    unit.clear()
    parent = unit.getparent()
    while parent is not None and unit.getprevious() is not None:
        del parent[0]


def _said(unit: etree._Element, locale: str) -> Iterator[Change | Fault]:
    place = f"line {unit.sourceline}"
    key = unit.get("name", "")
    known = {
        meta.get("type"): meta.text or ""
        for group in unit.iter(GROUP)
        if group.get("category") == OURS
        for meta in group.iterchildren(META)
    }
    parts = list(unit.iterchildren(SEGMENT, IGNORABLE))
    segments = [part for part in parts if part.tag == SEGMENT]
    done = [part for part in segments if _is_filled(part.find(TARGET))]
    try:
        digest = (
            known.get(HASH)
            or sha256("".join(_text(part.find(SOURCE)) for part in parts).encode()).hexdigest()
        )
        text = "".join(_text(_target(part)) for part in parts) if done else None
    except _InlineError as error:
        yield Fault(place, key, locale, "bad-cell", str(error))
        return
    if done and len(done) < len(segments):
        yield Fault(place, key, locale, "bad-cell", "Some segments of the unit have no translation.")
    elif done:
        yield Change(place, key, locale, digest, text, _status(known.get(STATUS, ""), segments))


def _is_filled(target: etree._Element | None) -> bool:
    return target is not None and bool(target.text or len(target))


def _target(part: etree._Element) -> etree._Element | None:
    """The translation of a part; what stands between segments need not have one."""
    target = part.find(TARGET)
    return part.find(SOURCE) if target is None and part.tag == IGNORABLE else target


def _text(element: etree._Element | None) -> str:
    """The text of a source or target."""
    if element is None:
        return ""
    etree.strip_tags(element, etree.Comment, etree.ProcessingInstruction)
    text = element.text or ""
    for child in element:
        name = etree.QName(child).localname
        if child.tag == CP:
            text += _character(child.get("hex", ""))
        elif name in TRANSPARENT:
            text += _text(child)
        else:
            raise _InlineError(f"The element {name} stands in a text; texts have none but cp and mrk.")
        text += child.tail or ""
    return text


def _character(code: str) -> str:
    number = int(code, 16) if HEX.fullmatch(code) else 0
    if not 0 < number <= HIGHEST or SURROGATES[0] <= number <= SURROGATES[1]:
        raise _InlineError(f"{code[:10]!r} is the code of no character.")
    return chr(number)


def _status(exported: str, segments: Sequence[etree._Element]) -> str | None:
    """What becomes of the status; None where the state is as it was exported, or says nothing.

    Args:
        exported: what the unit says of its status.
        segments: of the unit, all translated.
    """
    states = {segment.get("state", INITIAL) for segment in segments}
    state = states.pop()
    status, _, untranslated = exported.partition(", ")
    if states or state not in STATUS_OF or status not in STATUSES:
        return None
    if state == (INITIAL if untranslated else STATES[status]):
        return DRAFT if untranslated and status == PENDING else None
    return STATUS_OF[state]
