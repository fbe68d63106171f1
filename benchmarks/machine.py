"""What the numbers were measured on."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
import psycopg


@dataclass(frozen=True, slots=True)
class Machine:
    """Facts that make numbers comparable."""

    commit: str
    date: str
    cpu: str
    cores: int
    memory_gib: float
    postgres: str
    python: str
    settings: str


def describe(server_url: str) -> Machine:
    """The machine, the commit and the server that runs at `server_url`."""
    with psycopg.connect(server_url) as connection:
        row = connection.execute(
            "SELECT current_setting('server_version'), current_setting('shared_buffers'), current_setting('fsync'),"
            " current_setting('synchronous_commit')"
        ).fetchone()
    version, buffers, fsync, synchronous = row or ("?", "?", "?", "?")
    return Machine(
        commit=_commit(),
        date=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        cpu=_cpu(),
        cores=os.cpu_count() or 1,
        memory_gib=psutil.virtual_memory().total / 1024**3,
        postgres=str(version),
        python=platform.python_version(),
        settings=f"shared_buffers {buffers}, fsync {fsync}, synchronous_commit {synchronous}",
    )


def _cpu() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(("git", *words), capture_output=True, text=True, check=False)  # noqa: S607
        return done.stdout.strip()

    changed = " with uncommitted changes" if git("status", "--porcelain", "--", "src", "benchmarks") else ""
    return (git("rev-parse", "--short=12", "HEAD") or "unknown") + changed
