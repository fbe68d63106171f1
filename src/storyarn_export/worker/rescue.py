"""Looks after the jobs of dead workers for as long as a worker process lives."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.domain.errors import StoryarnError
from storyarn_export.domain.waiting import is_set_within
from storyarn_export.settings import LEAST_HEARTBEATS

LEAST_SECONDS = 0.1
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


async def keep_rescuing(
    rescue: Callable[[], Awaitable[object]],
    *,
    reach: Callable[[], Awaitable[None]],
    stalled_after_seconds: float,
    stop: asyncio.Event,
) -> None:
    """Look every few seconds until told to stop; a look that fails is followed by the next.

    Nobody could give a sign of life while the database was away, and when it is back the living look dead for a
    moment. So a process that has just begun, or could not reach the database lately, judges nobody until it could
    reach it for as long as a worker may be silent.

    Args:
        rescue: looks once.
        reach: asks the database for nothing.
        stalled_after_seconds: silence after which a worker counts as dead.
        stop: set to stop.
    """
    reached_since = reached_last = time.monotonic()
    while not await is_set_within(stop, interval_seconds(stalled_after_seconds)):
        try:
            await reach()
            now = time.monotonic()
            if now - reached_last > stalled_after_seconds / LEAST_HEARTBEATS:
                reached_since = now
            if now - reached_since >= stalled_after_seconds:
                await rescue()
            # A long look is no silence.
            reached_last = time.monotonic()
        except (SQLAlchemyError, StoryarnError, OSError) as error:
            reached_since = time.monotonic()
            log.warning("dead workers cannot be looked for", error=type(error).__name__)
