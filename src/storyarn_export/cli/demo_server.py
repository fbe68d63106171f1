"""The service of the demo: `up` and other commands as processes of their own, apart from the user's settings."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from storyarn_export.cli.failures import CommandError
from storyarn_export.settings import PREFIX

START_LIMIT_SECONDS = 300.0
"""A first start unpacks PostgreSQL and makes a cluster, on a busy machine."""
STOP_LIMIT_SECONDS = 60.0
COMMAND_LIMIT_SECONDS = 900.0
READY = "ready "
ADMIN_TOKEN = "admin token: "  # noqa: S105 - what stands before the token
OWN_SETTINGS = {"LOG_LEVEL": "warning", "PROGRESS_MIN_INTERVAL_SECONDS": "0.05"}
"""Progress is reported as often as it may be, since the demo is there to show it."""


class DemoServer:
    """`up` on a data dir and a free port, while the block lasts.

    Args:
        data_dir: absolute; made if missing.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        self.first_token: str | None = None

    def __enter__(self) -> Self:
        self._data_dir.mkdir(parents=True, exist_ok=True)
        # The pipe of stdin ends with us, however we end, and `up` with it.
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            self._command("up", "--port", "0", "--until-stdin-closes"),
            cwd=self._data_dir,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        limit = threading.Timer(START_LIMIT_SECONDS, self._process.kill)
        limit.start()
        try:
            self._read_until_ready(self._process)
        except BaseException:
            self.stop()
            raise
        finally:
            limit.cancel()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> int:
        """Stops `up`, once however often it is called.

        Returns:
            Its exit code.

        Raises:
            CommandError: It had to be killed.
        """
        process = self._process
        if process is None:
            return 0
        self._process = None
        process.send_signal(signal.SIGTERM)
        try:
            # Not `communicate`: it would close stdin first, and SIGTERM is what is to be shown.
            return process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise CommandError(f"`up` did not stop within {STOP_LIMIT_SECONDS:.0f} seconds") from None
        finally:
            for pipe in (process.stdin, process.stdout):
                _close(pipe)

    def run(self, *arguments: str) -> dict[str, Any]:
        """Runs another command on the same data dir.

        Returns:
            What it prints with `--json`.

        Raises:
            CommandError: It failed; it has said why on stderr.
        """
        done = subprocess.run(  # noqa: S603 - our own program
            self._command(*arguments, "--json"),
            cwd=self._data_dir,
            env=_environment(),
            stdout=subprocess.PIPE,
            text=True,
            check=False,
            timeout=COMMAND_LIMIT_SECONDS,
        )
        if done.returncode != 0:
            raise CommandError(f"`{' '.join(arguments)}` failed with exit code {done.returncode}")
        answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def _command(self, *arguments: str) -> list[str]:
        program = [sys.executable, "-m", "storyarn_export"]
        return [*program, *arguments, "--data-dir", str(self._data_dir)]

    def _read_until_ready(self, process: subprocess.Popen[str]) -> None:
        for line in process.stdout or ():
            if line.startswith(ADMIN_TOKEN):
                self.first_token = line.removeprefix(ADMIN_TOKEN).strip()
            if line.startswith(READY):
                self.url = line.removeprefix(READY).strip()
                return
        raise CommandError(f"`up` ended with exit code {process.wait()} before it was ready")


def _environment() -> Mapping[str, str]:
    # A configured database is the user's, and no place for a demo. With the working directory, which is
    # the data dir, a `.env` of theirs is out of reach too.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return inherited | {f"{PREFIX}{name}": value for name, value in OWN_SETTINGS.items()}


def _close(pipe: IO[str] | None) -> None:
    if pipe:
        pipe.close()
