"""What the database knows: jobs, queue, workers, and counts over all processes."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

import structlog
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    SummaryMetricFamily,
)
from prometheus_client.metrics_core import (
    Metric as Family,
)
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.session import Sessions
from storyarn_export.domain.lifecycle import ACTIVE, TERMINAL, JobStatus
from storyarn_export.telemetry import catalogue
from storyarn_export.telemetry.catalogue import Kind, Metric
from storyarn_export.telemetry.statements import statement

# Of one statement, and of the whole look with its wait for a connection.
STATEMENT_MILLISECONDS = 1000
LOOK_SECONDS = 2.5
# A count is kept for every combination of labels; more than this is a mistake, and must not flood a scrape.
MAX_TALLIES = 1000
AWAY = (SQLAlchemyError, OSError, TimeoutError)
LIMIT = text(f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}")
JOBS = statement("jobs")
ENTRIES = statement("entries")
WORKERS = statement("workers")
TALLIES = statement("tallies")
CHORES = statement("chores")
# Values of labels that are known before anything has happened, so that the first time is an increase from 0.
KNOWN_STATUSES = tuple(sorted(status.value for status in TERMINAL))
ENTRY_STATUSES = ("todo", "scheduled", "doing")
COUNT = "_count"

Labels = tuple[str, ...]
Values = Mapping[Labels, float]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Found:
    """What one look found; without values when the database did not answer.

    Attributes:
        gauges: values by labels, of each metric that is a gauge.
        tallies: values by name of the count and printed labels.
    """

    up: bool = False
    gauges: Mapping[Metric, Values] = field(default_factory=dict)
    tallies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


class DurableMetrics:
    """Looks at the database, and tells what it found as metrics.

    Args:
        sessions: to look with.
        formats: names of the formats there are.
        queues: names of the queues there are.
        stalled_after_seconds: silence after which a worker counts as dead.
    """

    def __init__(
        self,
        sessions: Sessions,
        *,
        formats: Sequence[str],
        queues: Sequence[str],
        stalled_after_seconds: float,
    ) -> None:
        self._sessions = sessions
        self._formats = tuple(formats)
        self._queues = tuple(queues)
        self._silence = {"stalled_after_seconds": stalled_after_seconds}
        self._was_up = True

    async def look(self) -> Found:
        """What the database knows now. Takes LOOK_SECONDS at most; a database that is away is no error."""
        try:
            async with asyncio.timeout(LOOK_SECONDS), self._sessions() as session:
                await session.execute(LIMIT)
                found = Found(up=True, gauges=await self._gauges(session), tallies=await _tallies(session))
        except AWAY as error:
            if self._was_up:
                log.warning("metrics cannot be read from the database", error=type(error).__name__)
            found = Found()
        self._was_up = found.up
        return found

    async def _gauges(self, session: AsyncSession) -> dict[Metric, Values]:
        statuses = sorted(status.value for status in ACTIVE)
        jobs: dict[Labels, float] = dict.fromkeys(product(statuses, self._formats), 0.0)
        oldest_seconds = 0.0
        for row in await session.execute(JOBS):
            jobs[row.status, row.format] = row.jobs
            if row.status == JobStatus.PENDING:
                oldest_seconds = max(oldest_seconds, float(row.longest_seconds))
        entries: dict[Labels, float] = dict.fromkeys(product(self._queues, ENTRY_STATUSES), 0.0)
        stranded = 0
        for row in await session.execute(ENTRIES, self._silence):
            entries[row.queue, row.status] = row.entries
            stranded += row.stranded
        workers = (await session.execute(WORKERS, self._silence)).one()
        return {
            catalogue.EXPORT_JOBS: jobs,
            catalogue.OLDEST_PENDING: {(): oldest_seconds},
            catalogue.ENTRIES: entries,
            catalogue.STRANDED: {(): stranded},
            catalogue.WORKERS: {(): workers.alive},
            catalogue.SILENCE: {(): float(workers.silent_seconds or 0)},
            catalogue.CHORES: {(row.name,): float(row.succeeded_at) for row in await session.execute(CHORES)},
        }

    def families(self, found: Found) -> Iterator[Family]:
        """What was found, as Prometheus understands it."""
        yield _gauge(catalogue.DATABASE_UP, {(): float(found.up)})
        if not found.up:
            # Numbers of long ago would look like those of now.
            return
        for metric, values in found.gauges.items():
            yield _gauge(metric, values)
        for metric in catalogue.TALLIES:
            yield self._counted(metric, found.tallies)

    def _counted(self, metric: Metric, tallies: Mapping[str, Mapping[str, float]]) -> Family:
        name = metric.tally or ""
        values = self._zeros(metric) | _by_labels(metric, tallies.get(name, {}))
        if metric.kind is Kind.COUNTER:
            counter = CounterMetricFamily(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in sorted(values.items()):
                counter.add_metric(labels, value)
            return counter
        counts = _by_labels(metric, tallies.get(name + COUNT, {}))
        summary = SummaryMetricFamily(metric.name, metric.meaning, labels=metric.labels)
        for labels, value in sorted(values.items()):
            summary.add_metric(labels, count_value=int(counts.get(labels, 0)), sum_value=value)
        return summary

    def _zeros(self, metric: Metric) -> dict[Labels, float]:
        known = {"format": self._formats, "status": KNOWN_STATUSES}
        return dict.fromkeys(product(*(known.get(label, ()) for label in metric.labels)), 0.0)


async def _tallies(session: AsyncSession) -> dict[str, dict[str, float]]:
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for row in await session.execute(TALLIES, {"most": MAX_TALLIES}):
        found[row.name][row.labels] = row.value
    return found


def _by_labels(metric: Metric, counted: Mapping[str, float]) -> dict[Labels, float]:
    """Values by the labels that the metric has; what differs in others only is added up."""
    values: defaultdict[Labels, float] = defaultdict(float)
    for printed, value in counted.items():
        labels = json.loads(printed)
        values[tuple(str(labels.get(label, "")) for label in metric.labels)] += value
    return values


def _gauge(metric: Metric, values: Values) -> Family:
    family = GaugeMetricFamily(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in sorted(values.items()):
        family.add_metric(labels, value)
    return family
