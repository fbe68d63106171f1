"""Looks for as long as a worker process lives whether it is time for a clean-up."""

import asyncio
from datetime import UTC, datetime

import structlog
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.domain.errors import StoryarnError
from storyarn_export.domain.waiting import is_set_within
from storyarn_export.exports.due import QueueCleanUp

# Between two looks: what has failed is tried again, and what others have missed is seen, this much late at most.
LOOK_SECONDS = 15.0
# A moment is over before it is looked back at.
MARGIN_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def keep_cleaning(queue_clean_up: QueueCleanUp, *, stop: asyncio.Event) -> None:
    """Look at once, at each moment at which a clean-up should begin, and in between, until told to stop.

    A look that fails is followed by the next.

    Args:
        queue_clean_up: looks once.
        stop: set to stop.
    """
    while not stop.is_set():
        try:
            await queue_clean_up(datetime.now(UTC))
        except (SQLAlchemyError, StoryarnError, OSError) as error:
            log.warning("no clean-up can be queued", error=type(error).__name__)
        next_seconds = queue_clean_up.until_next_seconds(datetime.now(UTC)) + MARGIN_SECONDS
        await is_set_within(stop, min(next_seconds, LOOK_SECONDS))
