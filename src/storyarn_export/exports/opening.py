"""Opens uploads so that none is opened behind the back of whoever gave up waiting."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from storyarn_export.storage.contract import Upload


async def opened(opening: Coroutine[Any, Any, Upload], *, discard: bool) -> Upload:
    """The upload; a cancellation waits until the store has opened it, and then closes it.

    What is on its way to the store cannot be called back, and would be stored after whoever sweeps has looked.

    Args:
        opening: of the store.
        discard: also remove what was stored, should the run be cancelled.
    """
    task = asyncio.create_task(opening)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        if not task.cancelled() and task.exception() is None:
            upload = task.result()
            await (upload.discard() if discard else upload.close())
        raise
