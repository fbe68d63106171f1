"""PO files of gettext: one target language each.

`msgctxt` is the key of a text, `msgid` its source text, `msgstr` its translation. What else is known stands in
extracted comments, `#. name: value`: speaker, context, status, source-hash. A translation that somebody has still to
look at (pending, draft, in_progress, review) is fuzzy. Texts without a source text are left out: an empty `msgid` is
the header.
"""

import io
import re
import tempfile
from collections.abc import Generator, Iterator, Sequence
from hashlib import sha256
from importlib.metadata import version
from typing import BinaryIO

import polib

from storyarn_export.domain.errors import DocumentError
from storyarn_export.localization.limits import MAX_ROWS
from storyarn_export.localization.texts import (
    DRAFT,
    FINAL,
    PENDING,
    REVIEW,
    STATUSES,
    Change,
    Fault,
    Head,
    Line,
    Translation,
)

CODE = "invalid-po"
FUZZY = "fuzzy"
STATUS, HASH = "status", "source-hash"
# Behind the status of what has no translation yet, so that one that is brought is known to be new.
UNTRANSLATED = ", untranslated"
# The library reads whole files. It is given the lines of so many bytes at a time, cut where an entry ends.
PIECE_BYTES = 1024 * 1024
# Of a line; translations are wrapped at their line ends only, so that comparing two files shows what has changed.
UNWRAPPED = 0
FOLDED = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
LINE_NUMBER = re.compile(r"line (\d+)")


class _PoWriter:
    def __init__(self, target: BinaryIO, head: Head) -> None:
        self._text = io.TextIOWrapper(target, encoding="utf-8", newline="\n", write_through=True)
        self._head = head
        self._locale = head.locales[0]

    def begin(self) -> None:
        """As `Writer`."""
        empty = polib.POFile(wrapwidth=UNWRAPPED)
        empty.metadata = {
            "Project-Id-Version": FOLDED.sub(" ", self._head.project),
            "Language": self._locale,
            "MIME-Version": "1.0",
            "Content-Type": "text/plain; charset=UTF-8",
            "Content-Transfer-Encoding": "8bit",
            "X-Source-Language": self._head.source,
            "X-Generator": f"storyarn-export {version('storyarn-export')}",
        }
        self._text.write(str(empty))

    def write(self, lines: Sequence[Line]) -> None:
        """As `Writer`."""
        for line in lines:
            if line.source_text:
                entry = _entry(line, line.translations[self._locale])
                self._text.write(f"\n{entry.__unicode__(wrapwidth=UNWRAPPED)}")

    def finish(self) -> None:
        """As `Writer`."""
        self._text.detach()

    def abandon(self) -> None:
        """As `Writer`."""
        self._text.detach()


def writer(target: BinaryIO, head: Head) -> _PoWriter:
    """As `TextFormat.writer`."""
    return _PoWriter(target, head)


def _entry(line: Line, translation: Translation) -> polib.POEntry:
    untranslated = "" if translation.text else UNTRANSLATED
    said = {
        "speaker": line.speaker,
        "context": line.context,
        STATUS: translation.status and f"{translation.status}{untranslated}",
        HASH: line.source_hash,
    }
    comments = [f"{name}: {FOLDED.sub(' ', value)}" for name, value in said.items() if value]
    fuzzy = bool(translation.text) and translation.status != FINAL
    return polib.POEntry(
        msgctxt=line.key,
        msgid=line.source_text,
        msgstr=translation.text or "",
        comment="\n".join(comments),
        flags=[FUZZY] if fuzzy else [],
    )


def read(source: BinaryIO) -> Generator[Change | Fault, None, None]:
    """As `TextFormat.read`. Memory: PIECE_BYTES of lines, or what stands without an empty line, as entries."""
    locale: str | None = None
    entries = 0
    try:
        for first, piece in _pieces(source):
            parsed = _parsed(piece, first)
            locale = locale or parsed.metadata.get("Language")
            if not locale:
                raise DocumentError(CODE, "The header has no field Language.", path="line 1")
            for entry in parsed:
                entries += 1
                if entries > MAX_ROWS:
                    raise DocumentError(CODE, f"The file has more than {MAX_ROWS} entries.")
                if not entry.obsolete and entry.msgctxt is not None:
                    yield from _said(entry, locale, first)
    except UnicodeDecodeError as error:
        raise DocumentError("invalid-encoding", "The file is not UTF-8.") from error


def _pieces(source: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Lines of entries, and the number of the first."""
    lines: list[bytes] = []
    size, first = 0, 1
    for number, line in enumerate(source, 1):
        lines.append(line)
        size += len(line)
        # An empty line stands between entries, not within.
        if size >= PIECE_BYTES and not line.strip():
            yield first, b"".join(lines)
            lines, size, first = [], 0, number + 1
    if lines or first == 1:
        yield first, b"".join(lines)


def _parsed(piece: bytes, first: int) -> polib.POFile:
    piece.decode("utf-8-sig")
    # Not as text, which the library cuts at characters that end no line in a file.
    with tempfile.NamedTemporaryFile(prefix="storyarn-texts-") as file:
        file.write(piece.removeprefix(b"\xef\xbb\xbf"))
        file.flush()
        try:
            return polib.pofile(file.name, encoding="utf-8")
        except (OSError, ValueError) as error:
            found = LINE_NUMBER.search(str(error))
            place = f"line {first - 1 + int(found[1])}" if found else f"after line {first}"
            raise DocumentError(CODE, "The file is not a PO file.", path=place) from error


def _said(entry: polib.POEntry, locale: str, first: int) -> Iterator[Change | Fault]:
    place = f"line {first - 1 + (entry.linenum or 1)}"
    if entry.msgid_plural:
        yield Fault(place, entry.msgctxt, locale, "bad-cell", "Texts of a story have no plural forms.")
    elif entry.msgstr:
        comments = dict(line.split(": ", 1) for line in entry.comment.split("\n") if ": " in line)
        digest = comments.get(HASH) or sha256(entry.msgid.encode()).hexdigest()
        status = _status(comments.get(STATUS, ""), fuzzy=FUZZY in entry.flags)
        yield Change(place, entry.msgctxt, locale, digest, entry.msgstr, status)


def _status(exported: str, *, fuzzy: bool) -> str | None:
    """What the mark of a translation makes of its status; None where it is as it was exported, or that is not known.

    Args:
        exported: what the entry says of its status.
        fuzzy: whether the translation has the mark.
    """
    status, _, untranslated = exported.partition(", ")
    if status not in STATUSES:
        return None
    if untranslated:
        return REVIEW if not fuzzy else DRAFT if status == PENDING else None
    if fuzzy:
        return REVIEW if status == FINAL else None
    return None if status == FINAL else FINAL
