"""Small transactions that must not be lost to a database that is away for a while."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from storyarn_export.domain.backoff import Backoff
from storyarn_export.jobs.faults import is_passing

FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 0.5
# A database that never returns is not waited for; whoever looks after dead workers finds the job then.
LIMIT_SECONDS = 600.0

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


async def steadily(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Try a transaction until the database has taken it, at most LIMIT_SECONDS.

    Args:
        attempt: a whole transaction; tried again when it may have been committed and its answer was lost, so that it
            has to be one that finds out.

    Raises:
        Exception: what the transaction raised, where that does not pass or has gone on for too long.
    """
    backoff = Backoff(first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS)
    began = time.monotonic()
    while True:
        try:
            return await attempt()
        except Exception as error:
            if not is_passing(error) or time.monotonic() - began > LIMIT_SECONDS:
                raise
            log.warning("the database is away", error=type(error).__name__)
        await asyncio.sleep(backoff.next())
