"""`python -m benchmarks.child WHAT [DIRECTORY]`: one contender in a process of its own, which measures itself."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
import orjson
import uvloop
from sqlalchemy.ext.asyncio import AsyncEngine

from benchmarks.loading import raw_load
from benchmarks.memory import peak_bytes, reset_peak, resident_bytes
from benchmarks.peers import load_then_dump, orm_stream
from benchmarks.processor import cpu_seconds
from benchmarks.raw import connect, raw_copy, row_to_json_copy
from benchmarks.validating import validation
from storyarn_export.db.session import create_bulk_pool, create_engine

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
POOLS: dict[str, Callable[[asyncpg.Pool], Awaitable[int]]] = {"validation": validation}
LOADS: dict[str, Callable[[asyncpg.Connection, Path], Awaitable[int]]] = {"load": raw_load}


@dataclass(frozen=True, slots=True)
class Measured:
    """One run of one contender; memory in bytes, idle with the connection open; processor time without the server's."""

    seconds: float
    cpu_seconds: float
    output_bytes: int
    idle_bytes: int
    peak_bytes: int


def measure_in_child(what: str, url: str, directory: Path | None = None) -> Measured:
    """Run one of COPIES, ENGINES, POOLS or LOADS in a new process.

    Args:
        what: its key.
        url: of the database.
        directory: what LOADS read.

    Raises:
        subprocess.CalledProcessError: it failed; what it said is on stderr.
        subprocess.TimeoutExpired: it took longer than LIMIT_SECONDS.
    """
    # The URL has a password, which a command line would show to everybody.
    done = subprocess.run(
        (sys.executable, "-m", "benchmarks.child", what, *(() if directory is None else (str(directory),))),
        env={**os.environ, URL_VARIABLE: url},
        stdout=subprocess.PIPE,
        check=True,
        timeout=LIMIT_SECONDS,
    )
    return Measured(**orjson.loads(done.stdout))


async def run(what: str, url: str, directory: Path) -> Measured:
    """Open the connection, then measure."""
    if what in COPIES or what in LOADS:
        connection = await connect(url)
        try:
            work = COPIES[what](connection) if what in COPIES else LOADS[what](connection, directory)
            return await _measured(work)
        finally:
            await connection.close()
    if what in POOLS:
        async with await create_bulk_pool(url, size=2, application_name="bench") as pool:
            async with pool.acquire():
                pass
            return await _measured(POOLS[what](pool))
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
        measured = runner.run(run(sys.argv[1], os.environ[URL_VARIABLE], Path(*sys.argv[2:])))
        print(orjson.dumps(asdict(measured)).decode())
