"""Where spans go: the SDK of OpenTelemetry, loaded only when tracing is on."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

from opentelemetry.trace import TracerProvider

# For the spans of the last seconds; a collector that is away must not keep a process from ending.
FLUSH_SECONDS = 1.0


class TracingNotInstalledError(Exception):
    """Tracing is on, and the packages that it needs are not there."""


@asynccontextmanager
async def open_exporting(*, version: str, role: str) -> AsyncIterator[TracerProvider]:
    """A provider whose spans are sent by OTLP over HTTP, in batches and from a thread of their own.

    The `OTEL_*` variables of the standard say where to and what: endpoint, headers, sampler, resource, batches.
    When the queue of spans is full, spans are dropped; nothing waits for the collector.

    Args:
        version: of the program.
        role: of the process: `api`, `worker`, `cli`.

    Raises:
        TracingNotInstalledError: the extra `tracing` is not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.resources import OTELResourceDetector, Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider as SdkProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as error:
        raise TracingNotInstalledError(str(error)) from error
    ours = Resource(
        {
            "service.name": "storyarn-export",
            "service.version": version,
            "service.instance.id": f"{role}-{os.getpid()}",
            "storyarn.role": role,
        }
    )
    # What the environment says wins.
    provider = SdkProvider(resource=ours.merge(OTELResourceDetector().detect()), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    try:
        yield provider
    finally:
        flushing = Thread(target=provider.shutdown, name="last spans", daemon=True)
        flushing.start()
        await asyncio.to_thread(flushing.join, FLUSH_SECONDS)
