"""What is on its way to the store cannot be called back."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def answered(asking: Coroutine[Any, Any, T]) -> T:
    """What the store answers; a cancellation waits for that, too.

    Else the store would do it after whoever is cancelled has removed what was there. The wait is that of the asking.
    """
    task = asyncio.create_task(asking)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled():
            # It has been told by the cancellation that nobody wants to know.
            task.exception()
        raise
