"""The program as people start it: a process, its lines and its exit code."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.factories.logs import keep, log_path

PROGRAM = (sys.executable, "-m", "storyarn_export")
COMMAND_LIMIT_SECONDS = 120.0
START_LIMIT_SECONDS = 120.0
STOP_LIMIT_SECONDS = 40.0
READY = re.compile(r"ready (http://\S+)")
TOKEN = re.compile(r"admin token: (sa_\S+)")


@dataclass(frozen=True, slots=True)
class Done:
    """A command that has ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> dict[str, Any]:
        """The last line of stdout."""
        parsed: dict[str, Any] = json.loads(self.stdout.splitlines()[-1])
        return parsed

    @property
    def error(self) -> str:
        """The only line of stderr."""
        (line,) = self.stderr.splitlines()
        return line


@dataclass(frozen=True, slots=True)
class Program:
    """Starts commands in a directory of their own, without the settings of whoever runs the tests."""

    directory: Path
    settings: Mapping[str, str]

    def environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("STORYARN_")}
        return inherited | dict(self.settings)

    def having(self, settings: Mapping[str, str]) -> "Program":
        """The same with other settings."""
        return Program(self.directory, {**self.settings, **settings})

    def run(self, *arguments: str, ok: bool = True) -> Done:
        """Runs a command to its end; with `ok` it has to end with 0."""
        done = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=self.directory,
            env=self.environment(),
            input="",
            capture_output=True,
            text=True,
            check=False,
            timeout=COMMAND_LIMIT_SECONDS,
        )
        keep("command", done.stderr)
        assert done.returncode == 0 or not ok, f"{arguments} ended with {done.returncode}: {done.stderr}"
        return Done(done.returncode, done.stdout, done.stderr)

    def work(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that runs for long; a file takes what it says, since a full pipe would stop it."""
        with (log_path("work") or self.directory / "said.log").open("ab") as said:
            return subprocess.Popen(
                [*PROGRAM, *arguments],
                cwd=self.directory,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                text=True,
            )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """A command that runs, whose lines are read."""
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=self.directory,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run_bytes(self, *arguments: str) -> bytes:
        """What a command writes to stdout."""
        return subprocess.run(
            [*PROGRAM, *arguments],
            cwd=self.directory,
            env=self.environment(),
            capture_output=True,
            check=True,
            timeout=COMMAND_LIMIT_SECONDS,
        ).stdout


class Up:
    """A running `up` (or `api`), from its line `ready` on; stopped with the block."""

    def __init__(self, program: Program, *arguments: str) -> None:
        self.lines: list[str] = []
        self.kept = ""
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - closed in stop
        self.process = subprocess.Popen(
            [*PROGRAM, *arguments],
            cwd=program.directory,
            env=program.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        limit = threading.Timer(START_LIMIT_SECONDS, self.process.kill)
        limit.start()
        for line in self.process.stdout or ():
            self.lines.append(line.rstrip("\n"))
            if READY.fullmatch(self.lines[-1]):
                break
        limit.cancel()
        if not (self.lines and READY.fullmatch(self.lines[-1])):
            self.process.wait()
            raise AssertionError(f"never ready: {self.lines} {self.log}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return self._only(READY)

    @property
    def token(self) -> str:
        return self._only(TOKEN)

    @property
    def log(self) -> str:
        """stderr so far."""
        return os.pread(self._log.fileno(), 1 << 20, 0).decode() if not self._log.closed else ""

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends it by a signal and gives its exit code; keeps what it still prints."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        try:
            code = self.process.wait(STOP_LIMIT_SECONDS)
        finally:
            self.process.kill()
        if self.process.stdout and not self.process.stdout.closed:
            if number != signal.SIGKILL:
                self.lines += self.process.stdout.read().splitlines()
            self.process.stdout.close()
        if not self._log.closed:
            self.kept = self.log
            keep("up", self.kept)
        self._log.close()
        return code

    def _only(self, pattern: re.Pattern[str]) -> str:
        (found,) = [match[1] for line in self.lines if (match := pattern.fullmatch(line))]
        return found


@contextmanager
def data_dir() -> Iterator[Path]:
    """A data dir that an embedded server can use whoever runs the tests; gone afterwards, and all of it."""
    place = Path(tempfile.mkdtemp(prefix="storyarn-e2e-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree((place / "postgres").resolve(), ignore_errors=True)
        shutil.rmtree(place, ignore_errors=True)
