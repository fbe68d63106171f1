"""Tables for people: on the terminal and in docs/performance.md."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from benchmarks.bars import BAR_HEADINGS, KIBIBYTE, MEBIBYTE, above_idle, bars
from benchmarks.compare import Comparison
from benchmarks.findings import Findings
from benchmarks.latency import spread_of
from benchmarks.subscribers import AT_ONCE, ROUNDS, SUBSCRIBERS, Subscribed
from benchmarks.subscribers import ENTITIES as WATCHED_ENTITIES
from benchmarks.together import ENTITIES, Together

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
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
TOGETHER_HEADINGS = ("what", "seconds", "fastest to slowest", "x alone")
WATCHED_TITLE = (
    f"{SUBSCRIBERS} subscribers of {AT_ONCE} exports: {WATCHED_ENTITIES:,} entities each, one API, one worker"
)
WATCHED_HEADINGS = ("what", *(f"round {number}" for number in range(1, ROUNDS + 1)))


def show(findings: Findings) -> None:
    """Print the tables."""
    # A log has no width; a narrow one would cut the numbers off.
    console = Console(width=None if sys.stdout.isatty() else LOG_COLUMNS)
    console.print(_rich("Exports", HEADINGS, [row for one in findings.comparisons for row in _rows(one)]))
    if findings.imports:
        console.print(_rich("Imports", HEADINGS, [row for one in findings.imports for row in _rows(one)]))
    if findings.together is not None:
        console.print(_rich(_title(findings.together), TOGETHER_HEADINGS, list(_together(findings.together))))
    if findings.subscribed is not None:
        console.print(_rich(WATCHED_TITLE, WATCHED_HEADINGS, list(_watched(findings.subscribed))))
    if judged := list(bars(findings)):
        console.print(_rich("Bars", BAR_HEADINGS, judged))
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
    for title, comparisons in (("", findings.comparisons), ("Import of ", findings.imports)):
        for one in comparisons:
            parts += [
                f"### {title}{one.dataset.label}: {one.dataset.entities:,} entities",
                _table(HEADINGS[2:], [row[2:] for row in _rows(one)]),
            ]
    if findings.together is not None:
        rows = list(_together(findings.together))
        parts += [f"### {_title(findings.together)}", _table(TOGETHER_HEADINGS, rows)]
    if findings.subscribed is not None:
        rows = list(_watched(findings.subscribed))
        parts += [f"### {WATCHED_TITLE}", _table(WATCHED_HEADINGS, rows)]
    if judged := list(bars(findings)):
        parts += ["### Against the bars", _table(BAR_HEADINGS, judged)]
    if findings.notes:
        parts.append("\n".join(f"- {note}" for note in findings.notes))
    return "\n\n".join(parts)


def _rows(comparison: Comparison) -> Iterator[tuple[str, ...]]:
    for contender in comparison.contenders.values():
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
            f"{above_idle(contender):.1f}",
        )


def _title(together: Together) -> str:
    return f"{len(together.at_once[0].seconds)} at once: {ENTITIES:,} entities each, one worker"


def _together(together: Together) -> Iterator[tuple[str, ...]]:
    alone = [one.seconds[0] for one in together.alone]
    ends = list(zip(*(one.seconds for one in together.at_once), strict=True))
    named = [("one alone", alone)]
    named += [(f"{number} of {len(ends)} at once", list(seconds)) for number, seconds in enumerate(ends, 1)]
    for name, seconds in named:
        spread = f"{min(seconds):.2f} to {max(seconds):.2f}"
        yield name, f"{median(seconds):.2f}", spread, f"{median(seconds) / median(alone):.2f}"


def _watched(subscribed: Subscribed) -> Iterator[tuple[str, ...]]:
    rounds = subscribed.rounds
    lags = [spread_of(one.heard.lags) for one in rounds]
    answers = [spread_of(one.answers.seconds) for one in rounds]
    yield "terminal events", *(f"{len(one.heard.lags)}" for one in rounds)
    yield "events in all", *(f"{one.heard.events:,}" for one in rounds)
    yield "lag, p50 ms", *(f"{one.p50 * 1000:.0f}" for one in lags)
    yield "lag, p95 ms", *(f"{one.p95 * 1000:.0f}" for one in lags)
    yield "lag, slowest ms", *(f"{max(one.heard.lags) * 1000:.0f}" for one in rounds)
    yield "answer for a status, p50 ms", *(f"{one.p50 * 1000:.1f}" for one in answers)
    yield "answer for a status, p95 ms", *(f"{one.p95 * 1000:.1f}" for one in answers)
    yield "answers", *(f"{len(one.answers.seconds)}" for one in rounds)
    yield "of them refused", *(f"{one.answers.refused}" for one in rounds)
    yield "KiB each", *(f"{one.bytes_each / KIBIBYTE:.1f}" for one in rounds)
    yield "the API's own CPU s", *(f"{one.cpu_seconds:.2f}" for one in rounds)


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _rich(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(*headings, title=title)
    for row in rows:
        table.add_row(*row)
    return table
