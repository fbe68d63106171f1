"""Keeps one worker on each queue."""

import asyncio
import os
import time
from collections.abc import Mapping

import procrastinate
import structlog
from procrastinate.exceptions import ConnectorException

from storyarn_export.domain.backoff import Backoff
from storyarn_export.domain.waiting import is_set_within
from storyarn_export.worker.queue_worker import QueueWorker

# A look without being told to, should a notification have been lost.
POLL_SECONDS = 5.0
ABORT_POLL_SECONDS = 2.0
FIRST_RETRY_SECONDS = 0.05
LONGEST_RETRY_SECONDS = 5.0
# A worker that has lived so long did not die of its start: the next one need not wait.
HEALTHY_SECONDS = 30.0
# For cancelled jobs to hand themselves back, which may wait 2 s for a query to end, and workers to say that they are
# gone.
HAND_BACK_SECONDS = 3.0

log = structlog.get_logger(__name__)


class Supervisor:
    """Runs a worker for each queue in this process; starts another when one ends.

    Args:
        app: of the queue, open, with its tasks registered.
        concurrency: jobs at a time in this process, by queue.
        shutdown_seconds: time that running jobs have to end when told to stop; then they are cancelled.
        heartbeat_seconds: time between two signs of life of a worker.
        stalled_after_seconds: silence after which a worker counts as dead.
    """

    def __init__(
        self,
        app: procrastinate.App,
        *,
        concurrency: Mapping[str, int],
        shutdown_seconds: float,
        heartbeat_seconds: float,
        stalled_after_seconds: float,
    ) -> None:
        self._app = app
        self._concurrency = dict(concurrency)
        self._shutdown_seconds = shutdown_seconds
        self._heartbeat_seconds = heartbeat_seconds
        self._stalled_after_seconds = stalled_after_seconds

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop; then take no more jobs and let running ones end.

        Returns at most `shutdown_seconds` + HAND_BACK_SECONDS after `stop`, whatever jobs and database do.

        Args:
            stop: set to stop.
        """
        async with asyncio.TaskGroup() as lanes:
            for queue in self._concurrency:
                lanes.create_task(self._keep_worker(queue, stop), name=f"lane {queue}")

    async def _keep_worker(self, queue: str, stop: asyncio.Event) -> None:
        backoff = Backoff(first_seconds=FIRST_RETRY_SECONDS, longest_seconds=LONGEST_RETRY_SECONDS)
        while not stop.is_set():
            began = time.monotonic()
            await self._run_worker(self._new_worker(queue), stop)
            if stop.is_set():
                return
            if time.monotonic() - began > HEALTHY_SECONDS:
                backoff.reset()
            delay_seconds = backoff.next()
            log.error("worker has ended", queue=queue, next_start_in_seconds=round(delay_seconds, 2))
            await is_set_within(stop, delay_seconds)

    def _new_worker(self, queue: str) -> QueueWorker:
        return QueueWorker(
            self._app,
            queues=[queue],
            name=f"{queue}-{os.getpid()}",
            concurrency=self._concurrency[queue],
            fetch_job_polling_interval=POLL_SECONDS,
            abort_job_polling_interval=ABORT_POLL_SECONDS,
            shutdown_graceful_timeout=self._shutdown_seconds,
            listen_notify=True,
            # One signal would stop only the last of several workers.
            install_signal_handlers=False,
            update_heartbeat_interval=self._heartbeat_seconds,
            stalled_worker_timeout=self._stalled_after_seconds,
        )

    async def _run_worker(self, worker: QueueWorker, stop: asyncio.Event) -> None:
        """Run a worker until it ends, or until it is told to and has had its time."""
        running = asyncio.create_task(worker.run(), name=f"worker {worker.worker_name}")
        running.add_done_callback(_report)
        told = asyncio.create_task(stop.wait())
        try:
            await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
            worker.stop()
            await asyncio.wait({running}, timeout=self._shutdown_seconds + HAND_BACK_SECONDS)
        finally:
            told.cancel()
            if not running.done():
                log.error("worker is left behind", worker=worker.worker_name)
                running.cancel()


def _report(running: asyncio.Task[None]) -> None:
    error = None if running.cancelled() else running.exception()
    if isinstance(error, ConnectorException):
        log.warning("worker cannot reach the queue", worker=running.get_name(), error=repr(error.__cause__))
    elif error is not None:
        log.error("worker has failed", worker=running.get_name(), exc_info=error)
