"""Processes of the program that are killed, frozen, told to stop, and looked at."""

import asyncio
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from tests.factories.program import Program

READY = re.compile(r"^ready (http://\S+)$", re.MULTILINE)
READY_SECONDS = 60.0
LOOK_AGAIN_SECONDS = 0.02
STOP_LIMIT_SECONDS = 40.0
LOG_TAIL_LINES = 12


class Running:
    """One process, from its start on.

    Args:
        program: with the settings of the process.
        log: takes what it prints.
        command: what runs.
    """

    def __init__(self, program: Program, log: Path, *command: str) -> None:
        self.log = log
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=program.directory,
                env=program.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    @property
    def peak_bytes(self) -> int:
        """Largest resident set size so far."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise ProcessLookupError(self.process.pid)

    @property
    def resident_bytes(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)

    def ports(self) -> set[int]:
        """Local ports of its connections."""
        connections = psutil.Process(self.process.pid).net_connections("tcp")
        return {one.laddr.port for one in connections}

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.process.kill()
        await asyncio.to_thread(self.process.wait)

    async def stop(self) -> int:
        """SIGTERM; its exit code."""
        self.process.terminate()
        return await asyncio.to_thread(self.process.wait, STOP_LIMIT_SECONDS)

    async def url(self) -> str:
        """Where an API process answers, as soon as it does."""
        give_up_at = time.monotonic() + READY_SECONDS
        while not (ready := READY.search(self.log.read_text(encoding="utf-8"))):
            if not self.alive or time.monotonic() > give_up_at:
                raise AssertionError(f"never ready: {self.tail()}")
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
        return ready[1]

    def records(self, event: str) -> Iterator[dict[str, Any]]:
        """Its log lines of one event."""
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            # The last line of a killed process may be half of one.
            if event in line and line.endswith("}"):
                record = json.loads(line)
                if record["event"] == event:
                    yield record

    def tail(self) -> str:
        """The last lines of its log."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        return os.linesep.join(lines[-LOG_TAIL_LINES:])
