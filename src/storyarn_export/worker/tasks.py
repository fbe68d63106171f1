"""From queue entries to use cases."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import procrastinate
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

    @app.task(name=RUN_EXPORT, queue=EXPORTS)
    async def _run_export(job_id: str) -> None:
        with bound_contextvars(job_id=job_id):
            await run_export(UUID(job_id))
