"""The table, on the terminal and in docs/reliability.md."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.machine import Machine
from rich.console import Console
from rich.table import Table as RichTable

from tests.chaos.counts import Count

BEGIN, END = "<!-- counted: begin -->", "<!-- counted: end -->"
HEADINGS = ("scenario", "counted", "must be", "was", "kept")
LOG_COLUMNS = 190


@dataclass(frozen=True, slots=True)
class Played:
    """One scenario and what it counted."""

    name: str
    seconds: float
    counts: Sequence[Count]


@dataclass(frozen=True, slots=True)
class Table:
    """One run of the suite."""

    machine: Machine
    command: str
    seed: int
    played: Sequence[Played]

    @property
    def kept(self) -> bool:
        """Whether every promise was."""
        return all(count.met is not False for one in self.played for count in one.counts)


def show(table: Table) -> None:
    """Print it."""
    # A log has no width; a narrow one would cut the numbers off.
    console = Console(width=None if sys.stdout.isatty() else LOG_COLUMNS)
    shown = RichTable(*HEADINGS, title=f"Chaos, seed {table.seed}")
    for row in _rows(table):
        shown.add_row(*row)
    console.print(shown)


def write(table: Table, target: Path) -> None:
    """Rewrite what stands between the marks of the page."""
    page = target.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{target} has no place between {BEGIN} and {END}")
    target.write_text(f"{before}{BEGIN}\n{_markdown(table)}\n{END}{after}", encoding="utf-8")


def _markdown(table: Table) -> str:
    machine = table.machine
    facts = (
        f"Counted {machine.date} at commit `{machine.commit}` with `{table.command}`, seed {table.seed}:"
        f" {machine.cores} cores ({machine.cpu}), {machine.memory_gib:.0f} GiB, PostgreSQL {machine.postgres} on the"
        f" same machine ({machine.settings}), Python {machine.python}."
    )
    lines = [HEADINGS, ("---",) * len(HEADINGS), *_rows(table)]
    return f"{facts}\n\n" + "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rows(table: Table) -> Iterator[tuple[str, ...]]:
    for one in table.played:
        name = f"{one.name} ({one.seconds:.0f} s)"
        for count in one.counts:
            yield name, count.what, count.must, count.counted, {True: "yes", False: "NO", None: ""}[count.met]
            name = ""
