"""A thread for what has the processor to itself for a while."""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

Result = TypeVar("Result")


class Run(Protocol):
    """Runs something in the thread."""

    async def __call__(self, work: Callable[[], Result]) -> Result:
        """What it returns."""


@asynccontextmanager
async def one_thread() -> AsyncIterator[Run]:
    """One thread for all steps of a file, while the block lasts.

    libxml2 keeps names by thread. A document that is written or read on in another thread than it was begun in ends,
    sooner or later, in an abort of the process.
    """
    executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="texts")

    async def run(work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(executor, work)

    try:
        yield run
    finally:
        # What a cancelled step still does, it does without us.
        executor.shutdown(wait=False)
