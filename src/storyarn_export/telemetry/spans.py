"""Traces: one over the request, its time in the queue, and every run of the job.

Knows the API of OpenTelemetry only, which does nothing where no provider is given.
"""

from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, TracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
SCOPE = "storyarn_export"
NANOSECONDS = 1_000_000_000
SERVER_ERROR = 500


class Tracing:
    """Makes spans.

    Args:
        provider: where they go; None: tracing is off.
    """

    def __init__(self, provider: TracerProvider | None = None) -> None:
        self.on = provider is not None
        self._tracer = (provider or trace.NoOpTracerProvider()).get_tracer(SCOPE)
        self._propagator = TraceContextTextMapPropagator()

    @contextmanager
    def request_span(self, method: str, headers: Mapping[str, str]) -> Iterator[Span]:
        """A span of one request, part of the trace that its W3C headers name.

        Args:
            method: of the request.
            headers: `traceparent` and `tracestate` as they came.
        """
        parent = self._propagator.extract(headers)
        attributes = {"http.request.method": method}
        span = self._tracer.start_span(method, context=parent, kind=SpanKind.SERVER, attributes=attributes)
        with _present(span):
            yield span

    @contextmanager
    def run_span(
        self,
        traceparent: str | None,
        job_id: UUID,
        *,
        waiting_since: datetime | None = None,
        **attributes: str | int,
    ) -> Iterator[Span]:
        """A span of one run of a job, part of the trace of the request that made it; before it, its time in the queue.

        Args:
            traceparent: kept with the job by `current_traceparent`; None: a trace of its own.
            job_id: of the job.
            waiting_since: when it began to wait for this run.
            attributes: more of the span, such as the format.
        """
        parent = self._propagator.extract({TRACEPARENT: traceparent} if traceparent else {})
        shown = {"storyarn.job_id": str(job_id)}
        shown_all = {**shown, **{f"storyarn.{name}": value for name, value in attributes.items()}}
        if waiting_since is not None:
            began = int(waiting_since.timestamp() * NANOSECONDS)
            self._tracer.start_span("export queued", context=parent, attributes=shown, start_time=began).end()
        span = self._tracer.start_span(
            "export run", context=parent, kind=SpanKind.CONSUMER, attributes=shown_all
        )
        with _present(span):
            yield span


@contextmanager
def _present(span: Span) -> Iterator[None]:
    """Make it the present span, and end it with the block."""
    # Of an error only its class is told: messages may hold what people wrote.
    with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield
        except BaseException as error:
            mark_failed(span, type(error).__name__)
            raise


def mark_failed(span: Span, kind: str) -> None:
    """Say that what a span is about went wrong.

    Args:
        span: that has not ended.
        kind: code or class of the error.
    """
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


def current_traceparent() -> str | None:
    """The present span in the form of W3C, to be kept with a job; None outside of a trace."""
    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return carrier.get(TRACEPARENT)


def note(event: str, **attributes: str | int | bool) -> None:
    """Note something in the present span, such as the begin of a section; does nothing where there is none.

    Args:
        event: what has happened.
        attributes: more about it.
    """
    trace.get_current_span().add_event(event, attributes)


def name_request(route: str, method: str, status: int) -> None:
    """Say what the present span of a request turned out to be.

    Args:
        route: template of the route.
        method: of the request.
        status: of the answer.
    """
    span = trace.get_current_span()
    if span.is_recording():
        span.update_name(f"{method} {route}")
        span.set_attributes({"http.route": route, "http.response.status_code": status})
        if status >= SERVER_ERROR:
            span.set_status(Status(StatusCode.ERROR))


def add_trace_ids(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A processor of structlog: lines within a trace say which, so that they are found from it."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        line["trace_id"] = trace.format_trace_id(context.trace_id)
        line["span_id"] = trace.format_span_id(context.span_id)
    return line
