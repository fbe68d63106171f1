"""The library's worker, which notices when a part of it dies."""

import asyncio
from typing import Any

import structlog
from procrastinate.utils import cancel_and_capture_errors
from procrastinate.worker import Worker

# The library's name for the side task that makes entries; those are not for a worker that stops.
CRON = "deferrer"

log = structlog.get_logger(__name__)


class QueueWorker(Worker):
    """A worker that stops as soon as one of its side tasks (heartbeat, listener, cron) fails.

    The library's own watch ends with the first side task that ends, and cron ends at once where there is none: from
    then on the others could die unnoticed.

    While running jobs come to their end it goes on giving signs of life and hearing of cancelled jobs, where the
    library falls silent: a long drain would look like a death, and its jobs would run twice.
    """

    async def run(self) -> None:
        """Work until told to stop, or until a side task fails.

        Raises:
            ConnectorException: the database was away when the worker said that it comes or goes.
        """
        await super().run()  # type: ignore[no-untyped-call]

    def stop(self) -> None:
        """Take no more jobs, let running ones end, then end."""
        super().stop()  # type: ignore[no-untyped-call]

    async def _monitor_side_tasks(self, side_tasks: list[asyncio.Task[Any]]) -> None:
        done, _ = await asyncio.wait(side_tasks, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            error = None if task.cancelled() else task.exception()
            if error is not None:
                log.error("part of a worker has died", part=task.get_name(), error=repr(error))
                self.stop()

    async def _shutdown(self, side_tasks: list[asyncio.Task[Any]]) -> None:
        cron = [task for task in side_tasks if task.get_name() == CRON]
        try:
            await super()._shutdown(cron)
        finally:
            await cancel_and_capture_errors([task for task in side_tasks if task not in cron])
