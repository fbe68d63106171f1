"""From queue entries to use cases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import procrastinate
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason, JobContext
from structlog.contextvars import bound_contextvars

from storyarn_export.domain.errors import StorageError
from storyarn_export.exports.cleaned import CleanedUp
from storyarn_export.queueing.queue import (
    CLEAN_UP,
    EXPORTS,
    IMPORTS,
    MAINTENANCE,
    RUN_EXPORT,
    RUN_IMPORT,
    VERIFY_EXPORT,
)

Run = Callable[[UUID], Awaitable[None]]


def register_tasks(app: procrastinate.App, *, run_export: Run, run_import: Run) -> None:
    """Teach the app of a worker process what to do.

    An entry says which row to look at, and the use case finds there whether anything is to be done: entries may come
    twice, late, or for jobs that are gone.

    Args:
        app: of the queue.
        run_export: runs one export.
        run_import: runs one import.
    """

    @app.task(name=RUN_EXPORT, queue=EXPORTS, pass_context=True)
    async def _run_export(context: JobContext, job_id: str) -> None:
        await _run(run_export, context, job_id)

    @app.task(name=RUN_IMPORT, queue=IMPORTS, pass_context=True)
    async def _run_import(context: JobContext, job_id: str) -> None:
        await _run(run_import, context, job_id)


async def _run(run: Run, context: JobContext, job_id: str) -> None:
    with bound_contextvars(job_id=job_id):
        try:
            await run(UUID(job_id))
        except asyncio.CancelledError:
            # Someone cancelled the job; else the process stops, and the use case has handed the job back.
            if context.abort_reason() is AbortReason.USER_REQUEST:
                raise JobAborted from None
            raise


def register_verification(app: procrastinate.App, verify_export: Run) -> None:
    """Teach the app of a worker process to verify files.

    Args:
        app: of the queue.
        verify_export: verifies the file of one export.
    """

    @app.task(name=VERIFY_EXPORT, queue=MAINTENANCE, pass_context=True)
    async def _verify_export(context: JobContext, job_id: str) -> None:
        await _run(verify_export, context, job_id)


def register_clean_up(app: procrastinate.App, clean_up: Callable[[datetime], Awaitable[CleanedUp]]) -> None:
    """Teach the app of a worker process to clean up.

    Args:
        app: of the queue.
        clean_up: cleans up once, at the moment that it is given.
    """

    @app.task(name=CLEAN_UP, queue=MAINTENANCE)
    async def _clean_up() -> None:
        failures = (await clean_up(datetime.now(UTC))).failures.total()
        if failures:
            # The entry says so, and another is made after a while.
            raise StorageError(f"The store failed {failures} times during the clean-up.")
