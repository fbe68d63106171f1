"""Places where a file and its copy differ, as people are shown them."""

import json
from dataclasses import asdict, dataclass, field

# Enough to see what is wrong; all that follow a first one often have the same cause.
MAX_DIFFERENCES = 20
MAX_SHOWN_CHARS = 200
MAX_PATH_CHARS = 500
# Of two long texts this much is shown of what they have in common, before the place where they part.
MAX_COMMON_CHARS = 40
CUT = "…"


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where two documents differ.

    Attributes:
        path: JSON path in the file, or in the copy where the file has nothing.
        message: what is there.
        expected: what the file says, as JSON, cut where it is long; None where the place as a whole is meant.
        found: what the copy says, likewise.
    """

    path: str
    message: str
    expected: str | None = None
    found: str | None = None

    def to_json(self) -> dict[str, str | None]:
        """As a job's row keeps it."""
        return asdict(self)


@dataclass(slots=True)
class Differences:
    """All differences of one verification: the first MAX_DIFFERENCES listed, the others counted."""

    listed: list[Difference] = field(default_factory=list)
    count: int = 0

    def add(self, path: str, message: str) -> None:
        """Note a place that is wrong as a whole."""
        self._note(Difference(_shown(path, MAX_PATH_CHARS), _shown(message, MAX_SHOWN_CHARS)))

    def add_values(self, path: str, expected: object, found: object, message: str | None = None) -> None:
        """Note a value that became another.

        Args:
            path: where it stands.
            expected: in the file.
            found: in the copy.
            message: what is wrong with it, if more is known.
        """
        self.count += 1
        if len(self.listed) < MAX_DIFFERENCES:
            one, other = _printed(expected), _printed(found)
            start = max(0, _common(one, other) - MAX_COMMON_CHARS)
            what = _shown(message or "this became something else", MAX_SHOWN_CHARS)
            self.listed.append(
                Difference(_shown(path, MAX_PATH_CHARS), what, _from(one, start), _from(other, start))
            )

    def put_first(self, path: str, expected: object, found: object, message: str) -> None:
        """Note a value that became another, before everything else."""
        rest = self.listed
        self.listed = []
        self.add_values(path, expected, found, message)
        self.listed += rest[: MAX_DIFFERENCES - 1]

    def _note(self, difference: Difference) -> None:
        self.count += 1
        if len(self.listed) < MAX_DIFFERENCES:
            self.listed.append(difference)


def _printed(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _common(one: str, other: str) -> int:
    if max(len(one), len(other)) <= MAX_SHOWN_CHARS:
        return 0
    pairs = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), 0)


def _from(text: str, start: int) -> str:
    return _shown(f"{CUT}{text[start:]}" if start else text, MAX_SHOWN_CHARS)


def _shown(text: str, most_chars: int) -> str:
    # Half of a surrogate pair and NUL can be kept in no row, and a damaged file may hold them.
    kept = text.encode(errors="backslashreplace").decode().replace("\0", "\\u0000")
    return kept if len(kept) <= most_chars else f"{kept[:most_chars]}{CUT}"
