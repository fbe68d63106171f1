"""`python -m tests.chaos`."""

import asyncio
import logging
import shlex
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from typing import Annotated

import structlog
import typer
import uvloop
from benchmarks.machine import describe

from tests.chaos.counts import Count
from tests.chaos.ground import ROOT, open_ground
from tests.chaos.report import Played, Table, show, write
from tests.chaos.scenarios import LONG_ONLY, SCENARIOS
from tests.chaos.size import LONG, SHORT, Size
from tests.chaos.stage import Stage

PAGE = ROOT / "docs" / "reliability.md"
# No scenario of the long form takes longer on a machine that can be measured on.
SCENARIO_LIMIT_SECONDS = 900.0


async def play(names: Sequence[str], size: Size, seed: int) -> Table:
    """Play scenarios one after the other; one that breaks is told and the next follows."""
    played: list[Played] = []
    if (task := asyncio.current_task()) is not None:
        # As Ctrl-C does: everything is removed first.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with open_ground(size.entities) as ground:
        machine = await asyncio.to_thread(describe, ground.info.url)
        for name in names:
            print(f"{name} (seed {seed})", file=sys.stderr, flush=True)  # noqa: T201 - it takes a while
            began = time.monotonic()
            counts = await _play(name, Stage(ground, size, seed))
            played.append(Played(name, time.monotonic() - began, counts))
    command = shlex.join(("python", "-m", "tests.chaos", *sys.argv[1:])) if sys.argv[1:] else "make chaos"
    return Table(machine, command, seed, played)


async def _play(name: str, stage: Stage) -> Sequence[Count]:
    try:
        async with asyncio.timeout(SCENARIO_LIMIT_SECONDS):
            return await SCENARIOS[name](stage)
    except Exception as error:  # noqa: BLE001 - it is a line of the table, and the next scenario follows
        traceback.print_exception(error)
        return [Count("broke off", "never", f"{type(error).__name__}: {error}", met=False)]


def main(
    seed: Annotated[int, typer.Option(help="Of the moments.")] = 20_261_124,
    only: Annotated[list[str] | None, typer.Option(help="Scenarios; all by default.")] = None,
    short: Annotated[bool, typer.Option(help="The form that is in the tests.")] = False,
    page: Annotated[bool, typer.Option(help="Rewrite docs/reliability.md.")] = True,
) -> None:
    """Make it happen, count, and write docs/reliability.md; 1 when a promise was not kept."""
    names = only or [name for name in SCENARIOS if not (short and name in LONG_ONLY)]
    unknown = sorted(set(names) - set(SCENARIOS))
    if unknown:
        raise typer.BadParameter(f"there is no {unknown[0]!r}; there are {', '.join(SCENARIOS)}")
    # Outages are the point here, and what our own pools say of them is not.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        table = runner.run(play(names, SHORT if short else LONG, seed))
    show(table)
    if page:
        write(table, PAGE)
    if not table.kept:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
