"""What an API process tells of itself."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry

from storyarn_export.api.streams.gate import StreamGate
from storyarn_export.progress.listener import JobListener
from storyarn_export.telemetry import catalogue
from storyarn_export.telemetry.process import Readings, RequestMeter


class AppMetrics:
    """The metrics of one application.

    Args:
        gate: knows the open streams.
        listener: knows whether changes are heard.

    Attributes:
        requests: counts requests.
    """

    def __init__(self, gate: StreamGate, listener: JobListener) -> None:
        self.requests = RequestMeter()
        self._readings = Readings(
            {
                catalogue.STREAMS: lambda: {(kind.value,): count for kind, count in gate.open.items()},
                catalogue.LISTENING: lambda: {(): float(listener.connected)},
            }
        )

    @contextmanager
    def registered(self, registry: CollectorRegistry) -> Iterator[None]:
        """Have a registry show the metrics while the block lasts."""
        registry.register(self.requests)
        registry.register(self._readings)
        try:
            yield
        finally:
            registry.unregister(self._readings)
            registry.unregister(self.requests)
