"""The event loop of commands, and the ways in which they are told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine
from types import FrameType
from typing import TypeVar

import uvloop

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
STDIN_CHUNK_BYTES = 4096

Result = TypeVar("Result")


def run(work: Coroutine[object, object, Result]) -> Result:
    """Runs a coroutine to its end on uvloop.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed or SIGTERM has come, and the coroutine has been cancelled.
    """
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_cancel_on_terminate(work))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        # The loop has put the default in the place of our handler.
        interrupt_on_terminate()


async def _cancel_on_terminate(work: Coroutine[object, object, Result]) -> Result:
    task = asyncio.current_task()
    if task is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await work


def interrupt_on_terminate() -> None:
    """Makes SIGTERM what Ctrl-C is, so that commands leave no embedded server behind.

    Not by way of SIGINT, which a shell has its background jobs ignore. Commands that drain put handlers of
    their own in its place with `stop_event`.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def stop_event(*, until_stdin_closes: bool) -> asyncio.Event:
    """An event that is set when the process is told to stop.

    Args:
        until_stdin_closes: also set it when stdin ends: whoever started us with a pipe is gone, killed or not.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in STOP_SIGNALS:
        loop.add_signal_handler(number, stop.set)
    # A terminal that closes; under nohup it does not concern us.
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, stop.set)
    if until_stdin_closes:
        descriptor = sys.stdin.fileno()

        def look() -> None:
            if not os.read(descriptor, STDIN_CHUNK_BYTES):
                loop.remove_reader(descriptor)
                stop.set()

        loop.add_reader(descriptor, look)
    return stop
