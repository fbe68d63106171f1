"""Two native documents in lockstep: the same but for ids that are moved by a known distance."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest

from storyarn_export.domain.document import FIELDS, DocumentRow
from storyarn_export.parsers.registry import Document
from storyarn_export.verification.difference import Differences
from storyarn_export.verification.emptied import Absences, Emptied
from storyarn_export.verification.values import back, copied_values, expected_values, target_of

HEAD = ("name", "slug", "description", "settings", "source_language")


@dataclass(slots=True)
class Comparison:
    """What a comparison has found.

    Attributes:
        entities: rows compared.
        emptied: references that the copy cannot have, which is not the file's fault.
        parted: whether rows stopped standing beside their like, so that those after them were not compared.
    """

    differences: Differences = field(default_factory=Differences)
    entities: int = 0
    emptied: int = 0
    parted: bool = False


class Comparing:
    """Compares a file with its copy, for a thread.

    Memory: one entity of each, and what was emptied around it.

    Args:
        emptied: references of the file that the copy cannot have.
        absences: which of them are not the file's fault.
        shift: how far the ids of the copy are moved.
        stop: set when nobody waits any more.
    """

    def __init__(self, emptied: Emptied, absences: Absences, shift: int, stop: threading.Event) -> None:
        self._shift = shift
        self._emptied = emptied
        self._absences = absences
        self._stop = stop
        self._found = Comparison()

    def __call__(self, left: Document, right: Document) -> Comparison:
        """Compare, once.

        Args:
            left: the file.
            right: its copy, read to its end in any case, so that whoever writes it comes to an end.

        Raises:
            DocumentError: one cannot be read.
        """
        copied = right.rows()
        self._compare_rows(left.rows(), copied)
        for _ in copied:
            if self._stop.is_set():
                break
        return self._found

    def _compare_rows(self, left: Iterator[DocumentRow], right: Iterator[DocumentRow]) -> None:
        for one, other in zip_longest(left, right):
            if self._stop.is_set():
                return
            if not self._is_same_entity(one, other):
                # Nothing after it stands beside its like.
                self._found.parted = True
                return
            self._compare_values(one, other)
            self._found.entities += 1

    def _is_same_entity(self, one: DocumentRow | None, other: DocumentRow | None) -> bool:
        differences = self._found.differences
        if one is None or other is None:
            present = one or other
            if present is not None:
                where = "copy" if one is None else "file"
                differences.add(present.path, f"this {present.kind} is only in the {where}")
            return False
        if (one.kind, one.path, one.old_id) == (other.kind, other.path, back(other.old_id, self._shift)):
            return True
        became = f"{other.kind} {back(other.old_id, self._shift) or ''}".rstrip()
        differences.add(
            one.path, f"{one.kind} {one.old_id or ''}".rstrip() + f" became {became} at {other.path}"
        )
        return False

    def _compare_values(self, one: DocumentRow, other: DocumentRow) -> None:
        places = self._emptied.of(one.ordinal)
        for place in places:
            kind, old_id = target_of(one, place)
            if self._absences.allow(kind, old_id):
                self._found.emptied += 1
                continue
            message = f"refers to the {kind} {old_id}, which is neither in the file nor said to be missing"
            self._found.differences.add_values(f"{one.path}.{place.field}", place.old_id, None, message)
        wanted, found = expected_values(one, places), copied_values(other, self._shift)
        for name, expected, copied in zip(FIELDS[one.kind], wanted, found, strict=True):
            if expected != copied and not _may_differ(one, name):
                self._found.differences.add_values(f"{one.path}.{name}", expected, copied)


def compare_envelopes(read: Document, copied: Document, differences: Differences) -> None:
    """Compare what two documents say of their project and of themselves, and what a parser had to leave out.

    Args:
        read: the file, read to its end.
        copied: its copy, read to its end.
        differences: takes what is found.
    """
    head, copy = read.head(), copied.head()
    for name in HEAD:
        expected, found = getattr(head, name), getattr(copy, name)
        if expected != found:
            place = "$.localization" if name == "source_language" else "$.project"
            differences.add_values(f"{place}.{name}", expected, found)
    _compare_numbers(
        "$.metadata.statistics",
        read.metadata().get("statistics"),
        copied.metadata().get("statistics"),
        differences,
    )
    known = {notice.code for notice in copied.notices()}
    for notice in read.notices():
        if notice.code not in known:
            differences.add(notice.path or "$", f"{notice.code}: {notice.message}")


def _compare_numbers(path: str, expected: object, found: object, differences: Differences) -> None:
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key in dict.fromkeys((*found, *expected)):
            _compare_numbers(f"{path}.{key}", expected.get(key), found.get(key), differences)
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        differences.add_values(path, expected, found)


def _may_differ(row: DocumentRow, name: str) -> bool:
    # The hash of a text is another when ids in the text are others.
    return name == "source_text_hash" and any(one.field == "source_text" for one in row.references)
