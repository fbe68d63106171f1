"""From queue entries to use cases."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import procrastinate
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason, JobContext
from structlog.contextvars import bound_contextvars

from storyarn_export.queueing.queue import EXPORTS, RUN_EXPORT


def register_tasks(app: procrastinate.App, run_export: Callable[[UUID], Awaitable[None]]) -> None:
    """Teach the app of a worker process what to do.

    An entry says which row to look at, and the use case finds there whether anything is to be done: entries may come
    twice, late, or for jobs that are gone.

    Args:
        app: of the queue.
        run_export: runs one export.
    """

    @app.task(name=RUN_EXPORT, queue=EXPORTS, pass_context=True)
    async def _run_export(context: JobContext, job_id: str) -> None:
        with bound_contextvars(job_id=job_id):
            try:
                await run_export(UUID(job_id))
            except asyncio.CancelledError:
                # Someone cancelled the job; else the process stops, and the use case has handed the job back.
                if context.abort_reason() is AbortReason.USER_REQUEST:
                    raise JobAborted from None
                raise
