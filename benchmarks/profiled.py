"""`python -m benchmarks.profiled FILE`: a worker under cProfile, which writes FILE when it is told to stop."""

import asyncio
import cProfile
import pstats
import signal
import sys
from pathlib import Path

import uvloop

from storyarn_export.bootstrap import open_services
from storyarn_export.queueing.queue import EXPORTS
from storyarn_export.settings import load_settings
from storyarn_export.worker.process import serve_worker

SHOWN = 40


async def work() -> None:
    settings = load_settings()
    if settings.database_url is None:
        raise SystemExit("STORYARN_DATABASE_URL must be set")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with open_services(settings, database_url=settings.database_url, role="worker") as services:
        await serve_worker(services, (EXPORTS,), stop=stop)


def main(target: Path) -> None:
    profiler = cProfile.Profile()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        profiler.enable()
        runner.run(work())
        profiler.disable()
    profiler.dump_stats(target)
    with target.with_suffix(".txt").open("w", encoding="utf-8") as text:
        pstats.Stats(str(target), stream=text).sort_stats("tottime").print_stats(SHOWN)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
