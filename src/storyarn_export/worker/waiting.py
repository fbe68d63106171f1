"""Waits that end when the process is told to stop."""

import asyncio


async def stops_within(stop: asyncio.Event, seconds: float) -> bool:
    """Whether the event is set within so many seconds; waits no longer than for that."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return stop.is_set()
    return True
