"""Looks after the jobs of dead workers for as long as a worker process lives."""

import asyncio

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.domain.errors import StoryarnError
from storyarn_export.exports.rescue import RescueExports

LEAST_SECONDS = 0.5
MOST_SECONDS = 5.0
# A worker is missed by so many looks at most before it is found to be dead.
LOOKS_A_STALL = 6

log = structlog.get_logger(__name__)


def interval_seconds(stalled_after_seconds: float) -> float:
    """Time between two looks.

    Args:
        stalled_after_seconds: silence after which a worker counts as dead.
    """
    return min(max(stalled_after_seconds / LOOKS_A_STALL, LEAST_SECONDS), MOST_SECONDS)


async def keep_rescuing(rescue: RescueExports, *, every_seconds: float, stop: asyncio.Event) -> None:
    """Look every few seconds until told to stop; a look that fails is followed by the next.

    Args:
        rescue: looks once.
        every_seconds: time between two looks.
        stop: set to stop.
    """
    while not stop.is_set():
        try:
            await rescue()
        except (SQLAlchemyError, StoryarnError, OSError) as error:
            log.warning("dead workers cannot be looked for", error=type(error).__name__)
        try:
            async with asyncio.timeout(every_seconds):
                await stop.wait()
        except TimeoutError:
            continue
