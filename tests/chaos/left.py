"""What should not be there when everything is over."""

from dataclasses import astuple, dataclass

from sqlalchemy import text

from storyarn_export.bootstrap import Services
from tests.chaos.counts import Count

PREFIX = "exports/"
# What this run's own connections do is no trace of anybody.
LEFT = text("""
SELECT
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing') AS doing,
    (SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo') AS waiting,
    (SELECT count(*) FROM export_jobs WHERE status IN ('pending', 'processing')) AS active,
    (
        SELECT count(*) FROM pg_locks AS lock
        JOIN pg_database AS base ON base.oid = lock.database
        WHERE lock.locktype = 'advisory' AND base.datname = current_database()
    ) AS locks,
    (
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
            AND application_name LIKE 'storyarn-worker%'
    ) AS transactions
""")


@dataclass(frozen=True, slots=True)
class Left:
    """How many of each are left behind.

    Attributes:
        files: complete ones that no scenario asked to keep.
        uploads: parts of files and multipart uploads.
        doing: queue entries that seem to run.
        waiting: queue entries that wait.
        active: exports that are not over.
        locks: advisory locks.
        transactions: of workers.
    """

    files: int
    uploads: int
    doing: int
    waiting: int
    active: int
    locks: int
    transactions: int

    @property
    def nothing(self) -> bool:
        return not any(astuple(self))

    def count(self) -> Count:
        """As a line of the table."""
        what = "left: files, uploads, entries doing, entries todo, active exports, locks, open transactions"
        return Count(what, "none", ", ".join(map(str, astuple(self))), self.nothing)


async def look(services: Services, keep: frozenset[str] = frozenset()) -> Left:
    """What is there now, but for files that are to be kept."""
    async with services.sessions() as session:
        row = (await session.execute(LEFT)).one()
    files = [one.key async for one in services.storage.files(PREFIX) if one.key not in keep]
    uploads = [one.name async for one in services.storage.unfinished(PREFIX)]
    return Left(len(files), len(uploads), row.doing, row.waiting, row.active, row.locks, row.transactions)
