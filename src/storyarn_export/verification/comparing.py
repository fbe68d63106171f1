"""Two native documents in lockstep: the same but for ids that are moved by a known distance."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest

from storyarn_export.domain.document import FIELDS, DocumentRow, Form, Reference
from storyarn_export.domain.story import Kind
from storyarn_export.parsers.registry import Document

# Ids of the second document are those of the first plus this: no sequence comes there, and bigint holds it.
SHIFT = 4_000_000_000_000_000_000
MOVED = re.compile(r"(?<![0-9])4[0-9]{18}(?![0-9])")
HOLE = re.compile(r"%(?:%|(\d+)\$s)")
# Enough to see what is wrong; all that follow a first one often have the same cause.
MAX_DIFFERENCES = 20
MAX_SHOWN_CHARS = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where two documents differ.

    Attributes:
        path: JSON path in the first document, or in the second where the first has nothing.
        message: what is there.
    """

    path: str
    message: str


@dataclass(slots=True)
class Comparison:
    """What a comparison has found.

    Attributes:
        differences: the first MAX_DIFFERENCES.
        entities: rows compared.
    """

    differences: list[Difference] = field(default_factory=list)
    entities: int = 0

    @property
    def full(self) -> bool:
        """Whether there is no place for more."""
        return len(self.differences) >= MAX_DIFFERENCES

    def add(self, path: str, message: str) -> None:
        """Keep a difference, unless there are enough."""
        if not self.full:
            self.differences.append(Difference(path, message))


@dataclass(frozen=True, slots=True)
class Emptied:
    """References of the first document that an import must empty, as they refer to nothing in it.

    Attributes:
        paths: JSON paths of those that are fields of their own.
        targets: what hidden ones refer to, by kind and id.
    """

    paths: frozenset[str]
    targets: frozenset[tuple[Kind, str]]


def compare(left: Document, right: Document, emptied: Emptied, stop: threading.Event) -> Comparison:
    """Compare two documents row by row; for a thread.

    Memory: one entity of each.

    Args:
        left: the first.
        right: its copy, with ids that are moved by SHIFT.
        emptied: references of the first that are empty in the copy.
        stop: set when nobody waits any more.

    Raises:
        DocumentError: one cannot be read.
    """
    comparison = Comparison()
    for one, other in zip_longest(left.rows(), right.rows()):
        if stop.is_set() or comparison.full:
            return comparison
        if not _compare_rows(one, other, emptied, comparison):
            # Nothing after it stands beside its like.
            return comparison
        comparison.entities += 1
    head, copy = left.head(), right.head()
    for name in ("description", "settings", "source_language"):
        if getattr(head, name) != getattr(copy, name):
            comparison.add("$", f"the project's {name} is not what it was")
    known = {notice.code for notice in right.notices()}
    for notice in left.notices():
        if notice.code not in known:
            comparison.add(notice.path or "$", f"{notice.code}: {notice.message}")
    return comparison


def _compare_rows(
    one: DocumentRow | None, other: DocumentRow | None, emptied: Emptied, comparison: Comparison
) -> bool:
    """Compare rows that stand at the same place, and say whether they are the same entity."""
    if one is None or other is None:
        present = one or other
        path, kind = ("$", "row") if present is None else (present.path, present.kind)
        comparison.add(path, f"this {kind} is only in the {'copy' if one is None else 'file'}")
        return False
    if (one.kind, one.path, one.old_id) != (other.kind, other.path, _back(other.old_id)):
        comparison.add(
            one.path, f"{one.kind} {one.old_id} became {other.kind} {_back(other.old_id)} at {other.path}"
        )
        return False
    for name, value, copied in zip(
        FIELDS[one.kind], _values(one, emptied), _values(other, None), strict=True
    ):
        if value != copied and not _may_differ(one, name):
            comparison.add(f"{one.path}.{name}", f"{_shown(value)} became {_shown(copied)}")
    return True


def _values(row: DocumentRow, emptied: Emptied | None) -> Iterator[object]:
    """The values with their references as they must be in a copy; `emptied` is None for the copy itself."""
    fields = FIELDS[row.kind]
    given = dict(zip(fields, row.values, strict=True))
    gone = emptied is not None and f"{row.path}.target_id" in emptied.paths
    templates = {reference.field for reference in row.references}
    for name in fields:
        value = given[name]
        if name in templates and isinstance(value, str):
            yield _filled(row, name, value, emptied)
        elif name == "target_type" and gone:
            yield None
        elif name.endswith(("_id", "_ids", "source_pin")):
            yield _referring(f"{row.path}.{name}", value, emptied)
        else:
            yield value


def _referring(path: str, value: object, emptied: Emptied | None) -> object:
    if isinstance(value, list | tuple):
        back = [_referring(f"{path}[{place}]", one, emptied) for place, one in enumerate(value)]
        return [one for one in back if one is not None]
    if emptied is None:
        return _back(value)
    return None if path in emptied.paths else value


def _filled(row: DocumentRow, name: str, template: str, emptied: Emptied | None) -> str:
    holes = {one.number: one for one in row.references if one.field == name}

    def fill(hole: re.Match[str]) -> str:
        return "%" if hole[1] is None else _written(holes[int(hole[1])], emptied)

    return HOLE.sub(fill, template)


def _written(reference: Reference, emptied: Emptied | None) -> str:
    mention = reference.form is Form.MENTION
    if emptied is not None and (reference.target, reference.old_id) in emptied.targets:
        return "" if mention else "null"
    named = reference.old_id if emptied is not None else str(_back(reference.old_id))
    if reference.form is Form.TYPE:
        return f'"{reference.target}"'
    return f'"{named}"' if reference.form is Form.STRING else named


def _may_differ(row: DocumentRow, name: str) -> bool:
    # The hash of a text is another when ids in the text are others.
    return name == "source_text_hash" and any(one.field == "source_text" for one in row.references)


def _back(value: object) -> object:
    """An id of the copy as that of the file."""
    if isinstance(value, int) and value >= SHIFT:
        return value - SHIFT
    return MOVED.sub(lambda found: str(int(found[0]) - SHIFT), value) if isinstance(value, str) else value


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_SHOWN_CHARS else f"{text[:MAX_SHOWN_CHARS]}…"
