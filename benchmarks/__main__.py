"""`python -m benchmarks`."""

import asyncio
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from benchmarks.compare import Comparison, compare, profile_export
from benchmarks.compare_imports import compare_imports
from benchmarks.databases import DATA_DIR, REAL_PROJECT, ROOT, fill
from benchmarks.findings import Findings
from benchmarks.latency import measure_latencies
from benchmarks.machine import describe
from benchmarks.report import show, write
from benchmarks.subscribers import measure_subscribers
from benchmarks.together import measure_together
from storyarn_export.db.embedded import EmbeddedServer

PAGE = ROOT / "docs" / "performance.md"
UNITS = {"k": 1_000, "m": 1_000_000}
REPEAT, REPEAT_LARGE = 5, 3
IMPORTS, IMPORTS_LARGE = 3, 1
LARGE = 1_000_000


def entities_of(label: str) -> int:
    """What `10k`, `1m` or a plain number means.

    Raises:
        typer.BadParameter: it means nothing.
    """
    number, unit = (label[:-1], UNITS[label[-1]]) if label[-1:] in UNITS else (label, 1)
    if not number.isascii() or not number.isdecimal() or int(number) == 0:
        raise typer.BadParameter(f"{label!r} is no size; 10k, 1m and real are", param_hint="--sizes")
    return int(number) * unit


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to measure.

    Attributes:
        sources: entities of a synthetic project, or a document, by label.
        repeat: runs of each contender; None: as many as the size allows.
        variants: also the product with other settings.
        peers: also the usual ways.
        imports: also the way back in.
        profiles: also a profile of the worker at every size.
        waits: also what callers wait for.
        subscribers: also what those who watch wait for.
    """

    sources: Mapping[str, int | Path]
    repeat: int | None
    variants: bool
    peers: bool
    imports: bool
    profiles: bool
    waits: bool
    subscribers: bool


async def measure(server_url: str, wanted: Wanted) -> Findings:
    """Measure one size after the other."""
    comparisons: list[Comparison] = []
    imports: list[Comparison] = []
    notes: list[str] = []
    for label, source in wanted.sources.items():
        if isinstance(source, Path) and not source.exists():
            notes.append("The real project is not beside the checkout and is left out.")
            continue
        tell(f"{label}: making the project")
        dataset = await fill(server_url, label, source)
        runs = wanted.repeat or (REPEAT_LARGE if dataset.entities >= LARGE else REPEAT)
        tell(f"{label}: {dataset.entities} entities, {runs} runs of each")
        comparisons.append(
            await compare(
                server_url, dataset, repeat=runs, with_variants=wanted.variants, with_peers=wanted.peers
            )
        )
        if wanted.imports:
            runs = wanted.repeat or (IMPORTS_LARGE if dataset.entities >= LARGE else IMPORTS)
            tell(f"{label}: the way back in, {runs} runs of each")
            imports.append(await compare_imports(server_url, dataset, repeat=runs))
        if wanted.profiles:
            await profile_export(dataset, DATA_DIR / f"{dataset.name}.prof")
            notes.append(f"A profile of the worker is in `.data/bench/{dataset.name}.txt`.")
    latencies, together = None, None
    if wanted.waits:
        tell("what callers wait for")
        latencies = await measure_latencies(server_url)
        tell("several at once")
        together = await measure_together(server_url)
    subscribed = None
    if wanted.subscribers:
        tell("many who watch")
        subscribed = await measure_subscribers(server_url)
    command = shlex.join(("python", "-m", "benchmarks", *sys.argv[1:])) if sys.argv[1:] else "make bench"
    return Findings(
        describe(server_url), command, comparisons, imports, latencies, together, subscribed, notes
    )


def tell(what: str) -> None:
    """Say what is being done: it may take minutes."""
    print(what, file=sys.stderr, flush=True)


def main(  # noqa: PLR0913, PLR0917 - one for each option of the command
    sizes: Annotated[
        str, typer.Option(help="Sizes, separated by commas; `real` is the real project.")
    ] = "10k,100k,1m,real",
    repeat: Annotated[
        int | None,
        typer.Option(
            min=1, help="Runs of each contender; default 5, from 1m on 3; of imports 3, from 1m on 1."
        ),
    ] = None,
    variants: Annotated[bool, typer.Option(help="Also without checkpoints, and to an S3 store.")] = True,
    peers: Annotated[bool, typer.Option(help="Also the usual ways to export.")] = True,
    imports: Annotated[bool, typer.Option(help="Also imports of what was exported.")] = True,
    waits: Annotated[bool, typer.Option(help="Also what callers wait for.")] = True,
    only_subscribers: Annotated[
        bool, typer.Option("--only-subscribers", help="Nothing but what those who watch wait for.")
    ] = False,
    profile: Annotated[bool, typer.Option(help="Also profile the worker at every size.")] = False,
    page: Annotated[bool, typer.Option(help="Rewrite docs/performance.md.")] = True,
) -> None:
    """Measure exports and imports and write docs/performance.md."""
    labels = [label.strip().lower() for label in sizes.split(",")]
    sources = {label: REAL_PROJECT if label == "real" else entities_of(label) for label in labels}
    wanted = Wanted(sources, repeat, variants, peers, imports, profile, waits, subscribers=waits)
    if only_subscribers:
        wanted = replace(wanted, sources={}, waits=False, subscribers=True)
    DATA_DIR.mkdir(parents=True, exist_ok=True)
    with EmbeddedServer(DATA_DIR) as server, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        findings = runner.run(measure(server.url, wanted))
    show(findings)
    if page:
        write(findings, PAGE)


if __name__ == "__main__":
    typer.run(main)
