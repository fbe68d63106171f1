"""The end of a run, which nothing that comes meanwhile may cut off."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def in_any_case(ending: Coroutine[Any, Any, None]) -> None:
    """Wind a run down although it is cancelled meanwhile: whoever cancels may do so after the run has noticed itself.

    A third cancellation leaves it to itself. It ends with the loop of the process at the latest.

    Raises:
        asyncio.CancelledError: it was cancelled meanwhile, and the ending has come to its end.
    """
    task = asyncio.create_task(ending, name="ending of a run")
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error from None
        raise
