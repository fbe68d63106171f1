"""What a clean-up removes, and what it has removed."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from importlib.resources import files
from typing import TypeVar

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.progress.tally import tally

Item = TypeVar("Item")


class What(StrEnum):
    """What is removed; the label of the metric `cleanup_removed`."""

    EXPIRED_FILES = "expired_files"
    UNFINISHED_UPLOADS = "unfinished_uploads"
    UNCLAIMED_FILES = "unclaimed_files"
    STALE_IMPORTS = "stale_imports"
    IMPORT_FILES = "import_files"
    ASSET_FILES = "asset_files"
    QUEUE_ENTRIES = "queue_entries"
    QUEUE_TICKS = "queue_ticks"
    OLD_EXPORTS = "old_exports"
    OLD_IMPORTS = "old_imports"
    OLD_KEYS = "old_keys"


@dataclass(frozen=True, slots=True)
class CleanedUp:
    """What a clean-up has done; filled as it goes.

    Attributes:
        removed: how many of each.
        failures: times that the store did not do something, by what was asked of it; the next clean-up tries again.
    """

    removed: Counter[What] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    async def count(self, session: AsyncSession, what: What, number: int) -> None:
        """So many have been removed, if the caller's transaction commits; `removed` is told right away."""
        if number:
            await tally(session, "cleanup_removed", number, what=what.value)
            self.removed[what] += number


def statement(name: str) -> TextClause:
    """The statement of `queries/<name>.sql`."""
    return text((files(__package__) / "queries" / f"{name}.sql").read_text(encoding="utf-8"))


async def in_batches(items: AsyncIterator[Item], most: int) -> AsyncIterator[list[Item]]:
    """Yield the items in lists of `most`, the last one shorter; memory: one list."""
    batch: list[Item] = []
    async for item in items:
        batch.append(item)
        if len(batch) == most:
            yield batch
            batch = []
    if batch:
        yield batch
