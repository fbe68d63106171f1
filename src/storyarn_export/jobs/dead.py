"""Queue entries whose worker is dead."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.queueing.queue import Queue

# Entries of one transaction.
MOST_A_ROUND = 100
DEAD_ENTRIES = text((files(__package__) / "queries" / "dead_entries.sql").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class DeadEntry:
    """An entry that seemed to run, and the job that it was for, if any."""

    id: int
    job_id: UUID | None


async def end_dead_entries(
    session: AsyncSession, queue: Queue, tasks: Sequence[str], *, stalled_after_seconds: float
) -> list[DeadEntry]:
    """End entries of dead workers for good, so that what a frozen worker says of them later lands nowhere.

    Args:
        session: whose transaction it becomes part of.
        queue: ends them.
        tasks: names of tasks.
        stalled_after_seconds: silence after which a worker counts as dead.

    Returns:
        What has been ended, MOST_A_ROUND at most; the jobs are as they were.
    """
    found = await session.execute(
        DEAD_ENTRIES, {"tasks": list(tasks), "stalled_after": stalled_after_seconds, "most": MOST_A_ROUND}
    )
    dead = []
    for entry in found.all():
        status = "aborted" if entry.abort_requested else "failed"
        await queue.end(session, entry.id, status)
        dead.append(DeadEntry(entry.id, entry.job_id))
    return dead
