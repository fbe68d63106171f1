"""What comes with a document: the bytes of its assets, inside it or beside it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Keeper(Protocol):
    """Takes the bytes of one asset out of a document; called in the parser's thread."""

    def write(self, piece: bytes) -> None:
        """Append bytes.

        Raises:
            StorageError: they are not taken.
        """

    def keep(self) -> str:
        """Keep what was written; where it is.

        Raises:
            StorageError: it is not kept.
        """

    def drop(self) -> None:
        """Forget what was written."""


@dataclass(frozen=True, slots=True)
class Baggage:
    """What a reader of a document does with the bytes of its assets.

    Attributes:
        members: files beside the document by name, with their sizes in bytes; None where it comes alone.
        keeper: makes what takes the bytes of one embedded asset; None where they are only looked at.
    """

    members: Mapping[str, int] | None = None
    keeper: Callable[[], Keeper] | None = field(default=None, compare=False)
