"""What was measured against what was promised."""

from collections.abc import Iterator

from benchmarks.compare import VALIDATION, Comparison, Contender
from benchmarks.findings import Findings
from benchmarks.latency import Latencies, Spread
from benchmarks.subscribers import SUBSCRIBERS, Subscribed
from benchmarks.together import AT_ONCE, Together
from benchmarks.variants import S3

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE
BAR_HEADINGS = ("bar", "allowed", "measured", "met")
FAIR_SHARE = 0.9
"""What each of several exports has at least of its equal part of the speed of one alone."""


def above_idle(contender: Contender) -> float:
    """MiB that the work takes."""
    return (contender.peak_bytes - contender.idle_bytes) / MEBIBYTE


def bars(findings: Findings) -> Iterator[tuple[str, ...]]:
    """Rows under BAR_HEADINGS for what was measured."""
    by_label = {one.dataset.label: one for one in findings.comparisons}
    million, small = by_label.get("1m"), by_label.get("10k")
    if million is not None:
        yield from _million(million)
    if million is not None and small is not None:
        yield from _growth(small, million)
    yield from (bar for one in findings.imports if one.dataset.label == "1m" for bar in _import(one))
    if findings.latencies is not None:
        yield from _waits(findings.latencies)
    if findings.together is not None:
        yield from _at_once(findings.together)
    if findings.subscribed is not None:
        yield from _watched(findings.subscribed)


def _million(million: Comparison) -> Iterator[tuple[str, ...]]:
    yield _bar("1M entities over raw COPY, this stage", 2.5, million.ratio, "x")
    yield _bar("1M entities over raw COPY, guarantee 19", 1.5, million.ratio, "x")
    yield _bar("peak above idle at 1M, guarantee 20", 20, above_idle(million.product), " MiB")
    if (s3 := million.contenders.get(S3)) is not None:
        yield _bar("peak above idle at 1M, to an S3 store", 20, above_idle(s3), " MiB")
    if (cost := million.checkpoints_cost) is not None:
        yield _bar("what checkpoints add at 1M", 5, cost * 100, " %")
    validation = million.contenders[VALIDATION]
    yield _bar(
        "validation of 1M entities over their export", 1, validation.seconds / million.product.seconds, "x"
    )
    yield _bar("peak above idle of that validation", 64, above_idle(validation), " MiB")


def _growth(small: Comparison, million: Comparison) -> Iterator[tuple[str, ...]]:
    peaks = million.product.peak_bytes / small.product.peak_bytes
    yield _bar("peak at 1M over peak at 10k, guarantee 20", 1.05, peaks, "x")
    if S3 in million.contenders and S3 in small.contenders:
        peaks = million.contenders[S3].peak_bytes / small.contenders[S3].peak_bytes
        yield _bar("peak at 1M over peak at 10k, to an S3 store", 1.05, peaks, "x")
    per_entity = _per_entity(million) / _per_entity(small)
    yield _bar("time per entity at 1M over 10k, guarantee 26", 1.2, per_entity, "x")


def _import(million: Comparison) -> Iterator[tuple[str, ...]]:
    yield _bar("import of 1M entities over raw COPY, first target", 4, million.ratio, "x")
    yield _bar("import of 1M entities over raw COPY, guarantee 22", 2.5, million.ratio, "x")
    yield _bar("peak above idle of that import, guarantee 22", 64, above_idle(million.product), " MiB")


def _waits(latencies: Latencies) -> Iterator[tuple[str, ...]]:
    yield _wait(
        "50,000 entities, POST to completed, p50, guarantee 21", 3000, latencies.large, latencies.large.p50
    )
    yield _wait("quick export of 500 entities, p50, guarantee 21", 50, latencies.quick, latencies.quick.p50)
    yield _wait("queue pick-up, p95, guarantee 25", 200, latencies.pick_up, latencies.pick_up.p95)
    yield _wait("answer 202, p95, guarantee 25", 50, latencies.accepted, latencies.accepted.p95)


def _at_once(together: Together) -> Iterator[tuple[str, ...]]:
    allowed = round(AT_ONCE / FAIR_SHARE, 2)
    yield _bar("slowest of three at once over one alone, guarantee 23", allowed, together.slowdown, "x")
    answers = together.answers
    yield _wait("answer of the API meanwhile, p95, guarantee 23", 100, answers, answers.p95)


def _watched(subscribed: Subscribed) -> Iterator[tuple[str, ...]]:
    watchers = f"{SUBSCRIBERS} subscribers of three exports"
    yield _bar(f"{watchers}: streams without their terminal event", 0, subscribed.missing, "")
    yield _bar(f"{watchers}: requests for a status refused", 0, subscribed.refused, "")
    yield _wait(f"{watchers}: lag of that event, p95", 250, subscribed.lags, subscribed.lags.p95)
    yield _bar(f"{watchers}: memory of each", 50, subscribed.bytes_each / KIBIBYTE, " KiB")
    answers = subscribed.answers
    yield _wait(f"{watchers}: answer for a status meanwhile, p95", 100, answers, answers.p95)


def _wait(name: str, allowed_ms: float, spread: Spread, judged_seconds: float) -> tuple[str, ...]:
    measured = f"p50 {spread.p50 * 1000:.1f} ms, p95 {spread.p95 * 1000:.1f} ms"
    return name, f"{allowed_ms:g} ms", measured, "yes" if judged_seconds * 1000 <= allowed_ms else "no"


def _bar(name: str, allowed: float, measured: float, unit: str) -> tuple[str, ...]:
    return name, f"{allowed:g}{unit}", f"{measured:.2f}{unit}", "yes" if measured <= allowed else "no"


def _per_entity(comparison: Comparison) -> float:
    return comparison.product.seconds / comparison.dataset.entities
