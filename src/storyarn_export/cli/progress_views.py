"""Progress for a person: a bar in a terminal, else a line now and then, so that logs show it too."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from storyarn_export.cli.job import Job

LINE_EVERY_PERCENT = 10
LINE_EVERY_SECONDS = 2.0
MEBIBYTE = 1024 * 1024


class ProgressView(Protocol):
    """What is told about an export while it goes on."""

    def exporting(self, job: Job) -> None:
        """The job has a new state."""

    def downloading(self, done_bytes: int, all_bytes: int) -> None:
        """More of the file is here."""


class ImportView(Protocol):
    """What is told about an import while it goes on."""

    def uploading(self, done_bytes: int, all_bytes: int) -> None:
        """More of the file is on its way."""

    def importing(self, job: Job) -> None:
        """The import has a new state."""


class Bars:
    """A bar in a terminal for each thing that goes on.

    Args:
        progress: that draws them.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def exporting(self, job: Job) -> None:
        """As the protocols say."""
        self._show("export", job.progress, 100, describe(job))

    def importing(self, job: Job) -> None:
        """As the protocols say."""
        self._show("import", job.progress, 100, describe(job))

    def downloading(self, done_bytes: int, all_bytes: int) -> None:
        """As the protocols say."""
        self._show("download", done_bytes, all_bytes, _mebibytes(done_bytes, all_bytes))

    def uploading(self, done_bytes: int, all_bytes: int) -> None:
        """As the protocols say."""
        self._show("upload", done_bytes, all_bytes, _mebibytes(done_bytes, all_bytes))

    def _show(self, what: str, done: int, total: int, said: str) -> None:
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total, said="")
        self._progress.update(self._tasks[what], completed=done, said=said)


class Lines:
    """A line when there is something new to say and the last one is a while ago.

    Args:
        write: prints one line.
        every_percent: say so when this much has happened,
        every_seconds: or when this much time has gone by.
    """

    def __init__(
        self,
        write: Callable[[str], None],
        *,
        every_percent: int = LINE_EVERY_PERCENT,
        every_seconds: float = LINE_EVERY_SECONDS,
    ) -> None:
        self._write = write
        self._every_percent = every_percent
        self._every_seconds = every_seconds
        self._last: tuple[str, int, float] = ("", 0, 0.0)

    def exporting(self, job: Job) -> None:
        """As the protocols say."""
        self._say_when_due(job.status, job.progress, f"   export {job.progress:3d} %  {describe(job)}")

    def importing(self, job: Job) -> None:
        """As the protocols say."""
        self._say_when_due(job.status, job.progress, f"   import {job.progress:3d} %  {describe(job)}")

    def downloading(self, done_bytes: int, all_bytes: int) -> None:
        """As the protocols say."""
        self._say_bytes("download", done_bytes, all_bytes)

    def uploading(self, done_bytes: int, all_bytes: int) -> None:
        """As the protocols say."""
        self._say_bytes("upload", done_bytes, all_bytes)

    def _say_bytes(self, what: str, done_bytes: int, all_bytes: int) -> None:
        percent = 100 * done_bytes // max(all_bytes, 1)
        said = f"   {what} {percent:3d} %  {done_bytes} of {all_bytes} bytes"
        self._say_when_due(f"{what}ed" if done_bytes == all_bytes else f"{what}ing", percent, said)

    def _say_when_due(self, state: str, percent: int, line: str) -> None:
        last_state, last_percent, last_time = self._last
        now = time.monotonic()
        moved = abs(percent - last_percent) >= self._every_percent
        waited = percent != last_percent and now - last_time >= self._every_seconds
        if state != last_state or moved or waited:
            self._write(line)
            self._last = (state, percent, now)


def _mebibytes(done_bytes: int, all_bytes: int) -> str:
    return f"{done_bytes / MEBIBYTE:.1f} of {all_bytes / MEBIBYTE:.1f} MiB"


def describe(job: Job) -> str:
    """State and entities of a job."""
    processed, total = job.entities
    return f"{job.status}, {processed} of {total} entities"


@contextmanager
def progress_view(stream: TextIO, write: Callable[[str], None]) -> Iterator[Bars | Lines]:
    """Bars on the stream if it is a terminal, else lines.

    Args:
        stream: where progress is shown.
        write: prints one line there.
    """
    if not stream.isatty():
        yield Lines(write)
        return
    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[said]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(file=stream)) as progress:
        yield Bars(progress)
