"""Progress for a person: a bar in a terminal, else a line now and then, so that logs show it too."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

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


@dataclass(frozen=True, slots=True)
class Unit:
    """What is counted.

    Attributes:
        name: as it follows a number.
        each: of the things that are counted, in one unit.
        digits: after the point.
    """

    name: str
    each: int
    digits: int

    def number(self, amount: float) -> str:
        """So many of the things, in this unit."""
        return f"{amount / self.each:,.{self.digits}f}"


ENTITIES = Unit("entities", 1, 0)
BYTES = Unit("MiB", MEBIBYTE, 1)


class RateColumn(ProgressColumn):
    """How much gets done in a second, of late; over all of it once it is done."""

    def render(self, task: Task) -> Text:
        """As the library asks for it."""
        taken = task.finished_time
        speed = task.speed if not taken else task.completed / taken
        unit: Unit = task.fields["unit"]
        said = "" if speed is None else f"{unit.number(speed)} {unit.name}/s"
        return Text(said, style="progress.data.speed")


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
        self._show_job("export", job)

    def importing(self, job: Job) -> None:
        """As the protocols say."""
        self._show_job("import", job)

    def downloading(self, done_bytes: int, all_bytes: int) -> None:
        """As the protocols say."""
        self._show("download", done_bytes, all_bytes, BYTES, "")

    def uploading(self, done_bytes: int, all_bytes: int) -> None:
        """As the protocols say."""
        self._show("upload", done_bytes, all_bytes, BYTES, "")

    def _show_job(self, what: str, job: Job) -> None:
        processed, total = job.entities
        # Not full before it is over: what comes after the last entity takes its time.
        done = total if job.is_over else min(processed, total - 1)
        self._show(what, max(done, 0), max(total, 1), ENTITIES, job.status)

    def _show(self, what: str, done: int, total: int, unit: Unit, state: str) -> None:
        said = f"{unit.number(done)} of {unit.number(total)} {unit.name} {state}".rstrip()
        if what not in self._tasks:
            self._tasks[what] = self._progress.add_task(what, total=total, said=said, unit=unit)
        self._progress.update(self._tasks[what], completed=done, total=total, said=said)


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


def describe(job: Job) -> str:
    """State and entities of a job; while it runs also how fast it is and how long it will take."""
    processed, total = job.entities
    said = f"{job.status}, {processed} of {total} entities"
    left_seconds = job.left_seconds
    if not left_seconds or processed >= total:
        return said
    return f"{said}, {(total - processed) / left_seconds:,.0f}/s, {left_seconds:.1f} s left"


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
        RateColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=Console(file=stream)) as progress:
        yield Bars(progress)
