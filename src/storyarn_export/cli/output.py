"""What commands print: results on stdout, everything else on stderr."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPE_WIDTH = 10_000
"""Columns of a table that no terminal shows: wide enough that no cell is cut or wrapped."""


def say(line: str) -> None:
    """Prints one line of the result, at once even into a pipe."""
    print(line, flush=True)  # noqa: T201 - printing is what this module is for


def note(line: str) -> None:
    """Prints one line that is not part of the result."""
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - as above


def say_json(value: Mapping[str, object]) -> None:
    """Prints the one JSON object of `--json`."""
    say(json.dumps(value, ensure_ascii=False))


def say_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Prints a table: fitted to a terminal, else one unbroken line a row."""
    is_terminal = sys.stdout.isatty()
    table = Table(box=None, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        # Text and not str: what users wrote may look like Rich's markup.
        table.add_row(*(Text(str(cell)) for cell in row))
    console = Console(file=sys.stdout, width=None if is_terminal else PIPE_WIDTH)
    if is_terminal:
        console.print(table)
        return
    with console.capture() as lines:
        console.print(table)
    for line in lines.get().splitlines():
        say(line.rstrip())
