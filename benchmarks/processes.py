"""The program's own processes, as they run in service."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.databases import DATA_DIR, Dataset

START_LIMIT_SECONDS = 60.0
STOP_LIMIT_SECONDS = 30.0
SETTLE_SECONDS = 1.5
"""For what a process does once after its start, before its idle size is read."""
POLL_SECONDS = 0.05


@contextmanager
def worker(dataset: Dataset, *, profile: Path | None = None) -> Iterator[int]:
    """A worker process on this database, idle; its pid.

    Args:
        dataset: where its queue is.
        profile: where to write a profile of it when it ends.
    """
    program = (
        ("-m", "storyarn_export", "worker")
        if profile is None
        else ("-m", "benchmarks.profiled", str(profile))
    )
    with _process(dataset, "worker", *program) as process:
        with psycopg.connect(dataset.url, autocommit=True) as connection:
            # A worker that has made itself known also listens for jobs.
            known = "SELECT count(*) FROM procrastinate_workers"
            _wait_until(process, lambda: (connection.execute(known).fetchone() or (0,))[0] > 0)
        time.sleep(SETTLE_SECONDS)
        yield process.pid


@dataclass(frozen=True, slots=True)
class ApiProcess:
    """An API process and its base URL."""

    url: str
    pid: int


@contextmanager
def api(dataset: Dataset) -> Iterator[str]:
    """An API process on this database; its base URL."""
    with api_process(dataset) as process:
        yield process.url


@contextmanager
def api_process(dataset: Dataset) -> Iterator[ApiProcess]:
    """An API process on this database that answers requests."""
    log = _log_of(dataset, "api")
    with _process(dataset, "api", "-m", "storyarn_export", "api", "--port", "0") as process:
        ready: list[str] = []

        def look() -> bool:
            lines = log.read_text(encoding="utf-8").splitlines()
            ready.extend(line.removeprefix("ready ") for line in lines if line.startswith("ready "))
            return bool(ready)

        _wait_until(process, look)
        yield ApiProcess(ready[0], process.pid)


@contextmanager
def _process(dataset: Dataset, kind: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {
        **os.environ,
        **dataset.variables,
        "STORYARN_DATABASE_URL": dataset.url,
        "STORYARN_DATA_DIR": str(DATA_DIR),
        "STORYARN_STORAGE_DIR": str(DATA_DIR / "storage"),
    }
    log = _log_of(dataset, kind)
    with log.open("wb") as output:
        process = subprocess.Popen(
            (sys.executable, *arguments), env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_LIMIT_SECONDS)


def _log_of(dataset: Dataset, kind: str) -> Path:
    return DATA_DIR / f"{dataset.name}-{kind}.log"


def _wait_until(process: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while not condition():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} did not start; its log is in {DATA_DIR}")
        time.sleep(POLL_SECONDS)
