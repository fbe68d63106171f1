"""Worker processes of `up`: started, started again when they end, told to stop together."""

import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

import structlog

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
HEALTHY_SECONDS = 60.0
"""A worker that has lived this long has not died of its start: the next one need not wait."""

log: structlog.stdlib.BoundLogger = structlog.get_logger(__name__)


class WorkerProcesses:
    """A fixed number of processes of one command; an async context manager that leaves none behind.

    Each has a pipe as stdin that ends with this process however it ends, so that workers drain even when we
    are killed. Each is in a process group of its own: Ctrl-C in a terminal reaches us, and we tell them.

    Args:
        command: program and arguments; what it prints to stdout goes to our stderr.
        count: processes; 0 is fine.
        stop: set it to have all of them drain.
        drain_seconds: time they have for that; then they are killed.
    """

    def __init__(
        self, command: Sequence[str], *, count: int, stop: asyncio.Event, drain_seconds: float
    ) -> None:
        self._command = command
        self._count = count
        self._stop = stop
        self._drain_seconds = drain_seconds
        self._slots: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._slots = [asyncio.create_task(self._keep_one(), name=f"worker {n}") for n in range(self._count)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        await asyncio.gather(*self._slots)

    async def _keep_one(self) -> None:
        delay_seconds = FIRST_DELAY_SECONDS
        while not self._stop.is_set():
            started = time.monotonic()
            code = await self._run_one()
            if self._stop.is_set():
                return
            if time.monotonic() - started > HEALTHY_SECONDS:
                delay_seconds = FIRST_DELAY_SECONDS
            log.error("worker ended", exit_code=code, next_start_in_seconds=delay_seconds)
            await self._stops_within(delay_seconds)
            delay_seconds = min(delay_seconds * 2, LONGEST_DELAY_SECONDS)

    async def _run_one(self) -> int:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=sys.stderr.fileno(),
            start_new_session=True,
        )
        ended = asyncio.create_task(process.wait())
        told = asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait((ended, told), return_when=asyncio.FIRST_COMPLETED)
            if not ended.done():
                with suppress(ProcessLookupError):
                    process.terminate()
                await asyncio.wait((ended,), timeout=self._drain_seconds)
        finally:
            told.cancel()
            if not ended.done():
                log.error("worker killed", pid=process.pid, drain_seconds=self._drain_seconds)
                with suppress(ProcessLookupError):
                    process.kill()
        return await ended

    async def _stops_within(self, seconds: float) -> None:
        waiting = asyncio.create_task(self._stop.wait())
        await asyncio.wait((waiting,), timeout=seconds)
        waiting.cancel()
