"""Runs as operators see them: counted while they last, and part of the trace of their request."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import UUID

from opentelemetry.trace import Span
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.bootstrap import Services
from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.lifecycle import JobStatus
from storyarn_export.queueing.queue import EXPORTS
from storyarn_export.telemetry.process import WorkerMeter
from storyarn_export.telemetry.scrape_port import scrape_port
from storyarn_export.telemetry.spans import Tracing, mark_failed

AWAY = (SQLAlchemyError, OSError)


class ObservedRuns:
    """Runs exports, seen.

    Args:
        run_export: runs one export.
        sessions: where a job's trace is read; nothing is read while tracing is off.
        tracing: makes the spans.
        meter: counts.
    """

    def __init__(
        self,
        run_export: Callable[[UUID], Awaitable[None]],
        *,
        sessions: Sessions,
        tracing: Tracing,
        meter: WorkerMeter,
    ) -> None:
        self._run_export = run_export
        self._sessions = sessions
        self._tracing = tracing
        self._meter = meter

    async def __call__(self, job_id: UUID) -> None:
        """Run the export, and raise what it raises."""
        self._meter.begin(EXPORTS)
        try:
            if self._tracing.on:
                await self._traced(job_id)
            else:
                await self._run_export(job_id)
        finally:
            self._meter.end(EXPORTS)

    async def _traced(self, job_id: UUID) -> None:
        job = await self._look(job_id)
        if job is None or job.status != JobStatus.PENDING:
            # Gone, claimed, or not to be read: there may be no run at all, and nothing to show it under.
            await self._run_export(job_id)
            return
        with self._tracing.run_span(
            job.traceparent, job_id, waiting_since=job.updated_at, format=job.format, attempt=job.attempt + 1
        ) as span:
            await self._run_export(job_id)
            _tell(span, await self._look(job_id))

    async def _look(self, job_id: UUID) -> ExportJob | None:
        try:
            async with self._sessions() as session:
                return await session.get(ExportJob, job_id)
        except AWAY:
            return None


def _tell(span: Span, job: ExportJob | None) -> None:
    if job is None:
        return
    span.set_attribute("storyarn.status", job.status)
    span.set_attribute("storyarn.resumed", job.resumed)
    if job.error_code is not None:
        mark_failed(span, job.error_code)


def metered(
    run: Callable[[UUID], Awaitable[None]], queue: str, meter: WorkerMeter
) -> Callable[[UUID], Awaitable[None]]:
    """The same run, counted while it lasts.

    Args:
        run: runs one job.
        queue: that it comes from.
        meter: counts.
    """

    async def counted(job_id: UUID) -> None:
        meter.begin(queue)
        try:
            await run(job_id)
        finally:
            meter.end(queue)

    return counted


@asynccontextmanager
async def observed(services: Services, meter: WorkerMeter) -> AsyncIterator[None]:
    """Show what a worker process does while the block lasts, on the port that the settings name.

    Args:
        services: of the process.
        meter: counts what runs.
    """
    queue, settings = services.queue, services.settings
    collector = meter.collector(listening=lambda: queue.listening, beats=lambda: queue.beats)
    services.metrics.register(collector)
    try:
        async with scrape_port(
            services.metrics, host=settings.worker_metrics_host, port=settings.worker_metrics_port
        ):
            yield
    finally:
        services.metrics.unregister(collector)
