"""What became of a file that was brought."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A text in one language, and where the file speaks of it.

    Attributes:
        reason: why it was not taken; None where that is clear.
    """

    place: str
    key: str | None
    locale: str | None
    reason: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """Some of what there is.

    Attributes:
        total: how many there are.
        listed: the first of them, in the order of the file.
    """

    total: int
    listed: Sequence[Place]


@dataclass(frozen=True, slots=True)
class ExchangeReport:
    """What became of everything that a file says of a text in one language.

    Attributes:
        updated: were other than the file says, and are not any more.
        unchanged: how many are as the file says.
        stale: have another source text than the one that the file was made from; left as they are.
        unknown: there is no such text, or no such language.
        errors: rows that cannot be taken.
    """

    updated: Places
    unchanged: int
    stale: Places
    unknown: Places
    errors: Places
