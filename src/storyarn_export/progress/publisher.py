"""Tells of changes in the transaction that makes them."""

from importlib.resources import files

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.progress.change import CHANNEL, JobChange

__all__ = ["JobChange", "announce"]

ANNOUNCE = text((files(__package__) / "queries" / "announce.sql").read_text(encoding="utf-8"))


async def announce(session: AsyncSession, change: JobChange) -> None:
    """Tell of a change once the caller's transaction is committed; nobody hears of one that is rolled back.

    A commit that notifies waits for every other one that does, so a job should do it a few times a second at most.

    Args:
        session: whose transaction made the change.
        change: what to tell.
    """
    await session.execute(ANNOUNCE, {"channel": CHANNEL, "payload": change.to_payload()})
