"""Metrics as text."""

import asyncio
import time
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from storyarn_export.telemetry.durable import DurableMetrics, Found

# Scrapers come every 10 seconds or so. However many there are, the database is asked once in this time.
FRESH_SECONDS = 1.0


class Exposition:
    """The metrics of the database and of this process, as Prometheus reads them.

    Args:
        registry: of the process.
        durable: looks at the database.
        clock: seconds that never go back.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        durable: DurableMetrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry = registry
        self._durable = durable
        self._clock = clock
        self._turn = asyncio.Lock()
        self._text = b""
        self._good_until = float("-inf")

    async def text(self) -> bytes:
        """The text, at most FRESH_SECONDS old. A database that is away shows in it and is no error."""
        async with self._turn:
            if self._clock() >= self._good_until:
                found = await self._durable.look()
                self._text = generate_latest(_Both(self._registry, self._durable, found))
                self._good_until = self._clock() + FRESH_SECONDS
            return self._text


class _Both(Collector):
    def __init__(self, registry: CollectorRegistry, durable: DurableMetrics, found: Found) -> None:
        self._registry = registry
        self._durable = durable
        self._found = found

    def collect(self) -> Iterable[Family]:
        yield from self._durable.families(self._found)
        yield from self._registry.collect()
