"""`python -m benchmarks.child WHAT`: one contender in a process of its own, which measures itself."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass

import asyncpg
import orjson
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.memory import peak_bytes, reset_peak, resident_bytes
from benchmarks.peers import load_then_dump, orm_stream
from benchmarks.processor import cpu_seconds
from benchmarks.raw import connect, raw_copy, row_to_json_copy
from storyarn_export.db.session import create_engine

LIMIT_SECONDS = 1800
URL_VARIABLE = "BENCH_DATABASE_URL"

COPIES: dict[str, Callable[[asyncpg.Connection], Awaitable[int]]] = {
    "raw": raw_copy,
    "row_to_json": row_to_json_copy,
}
ENGINES: dict[str, Callable[[AsyncEngine], Awaitable[int]]] = {
    "orm": orm_stream,
    "load_then_dump": load_then_dump,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one contender; memory in bytes, idle with the connection open; processor time without the server's."""

    seconds: float
    cpu_seconds: float
    output_bytes: int
    idle_bytes: int
    peak_bytes: int


def measure_in_child(what: str, url: str) -> Measured:
    """Run one of COPIES or ENGINES in a new process.

    Raises:
        subprocess.CalledProcessError: it failed; what it said is on stderr.
        subprocess.TimeoutExpired: it took longer than LIMIT_SECONDS.
    """
    # The URL has a password, which a command line would show to everybody.
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.child", what),
        env={**os.environ, URL_VARIABLE: url},
        stdout=subprocess.PIPE,
        check=True,
        timeout=LIMIT_SECONDS,
    )
    return Measured(**orjson.loads(done.stdout))


async def run(what: str, url: str) -> Measured:
    """Open the connection, then measure."""
    if what in COPIES:
        connection = await connect(url)
        try:
            return await _measured(COPIES[what](connection))
        finally:
            await connection.close()
    engine = create_engine(url, size=1, application_name="bench")
    try:
        async with engine.connect():
            pass
        return await _measured(ENGINES[what](engine))
    finally:
        await engine.dispose()


async def _measured(work: Awaitable[int]) -> Measured:
    pid = os.getpid()
    reset_peak(pid)
    idle = resident_bytes(pid)
    begin, cpu_begin = time.perf_counter(), cpu_seconds(pid)
    output = await work
    seconds = time.perf_counter() - begin
    return Measured(seconds, cpu_seconds(pid) - cpu_begin, output, idle, peak_bytes(pid))


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(orjson.dumps(asdict(runner.run(run(sys.argv[1], os.environ[URL_VARIABLE])))).decode())
