"""What only a process knows of itself."""

import platform
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

import prometheus_client
from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from storyarn_export.telemetry import catalogue
from storyarn_export.telemetry.catalogue import Kind, Metric

Labels = tuple[str, ...]
Reading = Callable[[], Mapping[Labels, float]]

# Upper bounds in seconds; beyond the last one a client has long given up.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER = "other"


class Readings(Collector):
    """Metrics that are read off when somebody asks.

    Args:
        readings: for each metric, a gauge or a counter, what gives its values by labels.
    """

    def __init__(self, readings: Mapping[Metric, Reading]) -> None:
        self._readings = dict(readings)

    def collect(self) -> Iterable[Family]:
        """Yield the metrics as they are now."""
        for metric, read in self._readings.items():
            make = CounterMetricFamily if metric.kind is Kind.COUNTER else GaugeMetricFamily
            family = make(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in sorted(read().items()):
                family.add_metric(labels, value)
            yield family


def process_registry(version: str, *, storage_errors: Mapping[str, int]) -> CollectorRegistry:
    """A registry of what every process knows: memory, processor time, collections, build, storage errors.

    Args:
        version: of the program.
        storage_errors: failed calls to the artifact store by operation; counted up by whoever makes them.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    registry.register(
        Readings(
            {
                catalogue.BUILD: lambda: {(version, platform.python_version()): 1},
                catalogue.PROCESS_STORAGE_ERRORS: lambda: {
                    (operation,): count for operation, count in list(storage_errors.items())
                },
            }
        )
    )
    return registry


class RequestMeter(Collector):
    """Counts requests and the time until they are answered."""

    def __init__(self) -> None:
        count, seconds = catalogue.REQUESTS, catalogue.REQUEST_SECONDS
        self._count = prometheus_client.Counter(count.name, count.meaning, count.labels, registry=None)
        self._seconds = prometheus_client.Histogram(
            seconds.name, seconds.meaning, seconds.labels, buckets=BUCKETS, registry=None
        )

    def answered(self, *, route: str, method: str, status: int, seconds: float) -> None:
        """A request has been answered, or was broken off before.

        Args:
            route: template of the route, not the path that was sent.
            method: as it was sent.
            status: of the answer.
            seconds: until it began.
        """
        shown = method if method in METHODS else OTHER
        self._count.labels(route, shown, f"{status // 100}xx").inc()
        self._seconds.labels(route, shown).observe(seconds)

    def collect(self) -> Iterable[Family]:
        """Yield what has been counted, without the times at which counting began."""
        for metric in (self._count, self._seconds):
            for family in metric.collect():
                family.samples = [one for one in family.samples if not one.name.endswith("_created")]
                yield family


class WorkerMeter:
    """What a worker process does, as its parts report it.

    Args:
        queues: that it works on.
        clock: seconds that never go back.
    """

    def __init__(self, queues: Sequence[str], clock: Callable[[], float] = time.monotonic) -> None:
        self._queues = tuple(queues)
        self._clock = clock
        self._running: Counter[str] = Counter()

    def begin(self, queue: str) -> None:
        """A job of that queue has begun."""
        self._running[queue] += 1

    def end(self, queue: str) -> None:
        """A job of that queue has ended, however."""
        self._running[queue] -= 1

    @contextmanager
    def running(self, queue: str) -> Iterator[None]:
        """A job of that queue runs while the block lasts."""
        self.begin(queue)
        try:
            yield
        finally:
            self.end(queue)

    def collector(
        self, *, listening: Callable[[], Iterable[str]], beats: Callable[[], Iterable[float]]
    ) -> Collector:
        """The metrics.

        Args:
            listening: gives the queues that are listened to.
            beats: gives when, by the clock, each worker last gave a sign of life.
        """

        def running() -> Mapping[Labels, float]:
            return {(queue,): self._running[queue] for queue in self._queues}

        def heard() -> Mapping[Labels, float]:
            heard_of = set(listening())
            return {(queue,): float(queue in heard_of) for queue in self._queues}

        def ages() -> Mapping[Labels, float]:
            return {(): self._clock() - min(beats(), default=self._clock())}

        return Readings(
            {catalogue.RUNNING: running, catalogue.QUEUE_LISTENING: heard, catalogue.BEAT_AGE: ages}
        )
