"""Tables for people: on the terminal and in docs/performance.md."""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.compare import Comparison, Contender
from benchmarks.latency import Latencies, Spread
from benchmarks.machine import Machine

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
MEBIBYTE = 1024 * 1024
LOG_COLUMNS = 190
HEADINGS = (
    "project",
    "entities",
    "what",
    "seconds",
    "fastest to slowest",
    "own CPU s",
    "entities/s",
    "MB",
    "x raw",
    "idle MiB",
    "peak MiB",
    "above idle",
)
BAR_HEADINGS = ("bar", "allowed", "measured", "met")


@dataclass(frozen=True, slots=True)
class Findings:
    """What one run of the benchmarks found; parts that were not asked for are empty or None."""

    machine: Machine
    command: str
    comparisons: Sequence[Comparison]
    latencies: Latencies | None
    notes: Sequence[str]


def show(findings: Findings) -> None:
    """Print the tables."""
    # A log has no width; a narrow one would cut the numbers off.
    console = Console(width=None if sys.stdout.isatty() else LOG_COLUMNS)
    console.print(_rich("Exports", HEADINGS, [row for one in findings.comparisons for row in _rows(one)]))
    if bars := list(_bars(findings)):
        console.print(_rich("Bars", BAR_HEADINGS, bars))
    for note in findings.notes:
        console.print(f"note: {note}")


def write(findings: Findings, target: Path) -> None:
    """Rewrite what stands between the marks of the page."""
    page = target.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        raise ValueError(f"{target} has no place between {BEGIN} and {END}")
    target.write_text(f"{before}{BEGIN}\n{_markdown(findings)}\n{END}{after}", encoding="utf-8")


def _markdown(findings: Findings) -> str:
    machine = findings.machine
    facts = (
        f"Measured {machine.date} at commit `{machine.commit}` with `{findings.command}`: {machine.cores} cores"
        f" ({machine.cpu}), {machine.memory_gib:.0f} GiB, PostgreSQL {machine.postgres} on the same machine"
        f" ({machine.settings}), Python {machine.python}."
    )
    parts = [facts]
    for comparison in findings.comparisons:
        parts += [
            f"### {comparison.dataset.label}: {comparison.dataset.entities:,} entities",
            _table(HEADINGS[2:], [row[2:] for row in _rows(comparison)]),
        ]
    if bars := list(_bars(findings)):
        parts += ["### Against the bars", _table(BAR_HEADINGS, bars)]
    if findings.notes:
        parts.append("\n".join(f"- {note}" for note in findings.notes))
    return "\n\n".join(parts)


def _rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for contender in comparison.contenders:
        fastest, slowest = contender.spread_seconds
        yield (
            comparison.dataset.label,
            f"{comparison.dataset.entities:,}",
            contender.name,
            f"{contender.seconds:.2f}",
            f"{fastest:.2f} to {slowest:.2f}",
            f"{contender.cpu_seconds:.2f}",
            f"{comparison.dataset.entities / contender.seconds:,.0f}",
            f"{contender.output_bytes / 1e6:,.1f}",
            f"{contender.seconds / comparison.raw.seconds:.2f}",
            f"{contender.idle_bytes / MEBIBYTE:.1f}",
            f"{contender.peak_bytes / MEBIBYTE:.1f}",
            f"{_above_idle(contender):.1f}",
        )


def _above_idle(contender: Contender) -> float:
    return (contender.peak_bytes - contender.idle_bytes) / MEBIBYTE


def _bars(findings: Findings) -> Iterator[tuple[str, ...]]:
    by_label = {one.dataset.label: one for one in findings.comparisons}
    million, small = by_label.get("1m"), by_label.get("10k")
    if million is not None:
        yield _bar("1M entities over raw COPY, this stage", 2.5, million.ratio, "x")
        yield _bar("1M entities over raw COPY, guarantee 19", 1.5, million.ratio, "x")
        yield _bar("peak above idle at 1M, guarantee 20", 20, _above_idle(million.product), " MiB")
    if million is not None and small is not None:
        peaks = million.product.peak_bytes / small.product.peak_bytes
        yield _bar("peak at 1M over peak at 10k, guarantee 20", 1.05, peaks, "x")
        yield _bar(
            "time per entity at 1M over 10k, guarantee 26",
            1.2,
            _per_entity(million) / _per_entity(small),
            "x",
        )
    if findings.latencies is not None:
        yield from _waits(findings.latencies)


def _waits(latencies: Latencies) -> Iterator[tuple[str, ...]]:
    yield _wait(
        "50,000 entities, POST to completed, p50, guarantee 21", 3000, latencies.large, latencies.large.p50
    )
    yield _wait("quick export of 500 entities, p50, guarantee 21", 50, latencies.quick, latencies.quick.p50)
    yield _wait("queue pick-up, p95, guarantee 25", 200, latencies.pick_up, latencies.pick_up.p95)
    yield _wait("answer 202, p95, guarantee 25", 50, latencies.accepted, latencies.accepted.p95)


def _wait(name: str, allowed_ms: float, spread: Spread, judged_seconds: float) -> tuple[str, ...]:
    measured = f"p50 {spread.p50 * 1000:.1f} ms, p95 {spread.p95 * 1000:.1f} ms"
    return name, f"{allowed_ms:g} ms", measured, "yes" if judged_seconds * 1000 <= allowed_ms else "no"


def _bar(name: str, allowed: float, measured: float, unit: str) -> tuple[str, ...]:
    return name, f"{allowed:g}{unit}", f"{measured:.2f}{unit}", "yes" if measured <= allowed else "no"


def _per_entity(comparison: Comparison) -> float:
    return comparison.product.seconds / comparison.dataset.entities


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rich(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*headings, title=title)
    for row in rows:
        table.add_row(*row)
    return table
