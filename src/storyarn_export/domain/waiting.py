"""Waits that end early."""

import asyncio


async def is_set_within(event: asyncio.Event, seconds: float) -> bool:
    """Whether the event is set; waits for it for so many seconds at most."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True
