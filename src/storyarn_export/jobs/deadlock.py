"""Transactions that may have locked the same rows the other way round than someone else."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from psycopg.errors import DeadlockDetected
from sqlalchemy.exc import OperationalError

from storyarn_export.domain.errors import ServiceUnavailableError

MAX_TRIES = 3

Result = TypeVar("Result")


async def unless_deadlocked(attempt: Callable[[], Awaitable[Result]]) -> Result:
    """Try again when whoever looks after dead workers had locked the same rows the other way round.

    Args:
        attempt: a whole transaction.
    """
    for _ in range(MAX_TRIES - 1):
        try:
            return await attempt()
        except (ServiceUnavailableError, OperationalError) as error:
            if not _is_deadlock(error):
                raise
    return await attempt()


def _is_deadlock(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, DeadlockDetected):
        error = error.__cause__
    return error is not None
