"""One trace over request, queue and run."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, format_trace_id

from storyarn_export.telemetry.spans import add_trace_ids
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running, run_service
from tests.factories.outages import eventually

TRACE = "0af7651916cd43dd8448eb211c80319c"
PARENT = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{PARENT}-01"
ASYNC = {"Prefer": "respond-async, wait=20"}


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    yield exporter
    exporter.shutdown()


@pytest.fixture
async def service(database_url: str, tmp_path: Path, spans: InMemorySpanExporter) -> AsyncIterator[Running]:
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    async with run_service(database_url, tmp_path, tracer_provider=provider) as running:
        yield running


async def ended(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    async def holds() -> bool:
        return any(span.name == name for span in spans.get_finished_spans())

    await eventually(holds)
    (found,) = [span for span in spans.get_finished_spans() if span.name == name]
    return found


def trace_of(span: ReadableSpan) -> str:
    assert span.context is not None
    return format_trace_id(span.context.trace_id)


@pytest.mark.usefixtures("worker")
async def test_request_queue_and_run_are_one_trace(
    ann: Member, projects: Projects, spans: InMemorySpanExporter
) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=3)}/exports"
    headers = {"traceparent": TRACEPARENT, **ASYNC}
    done = await ann.client.post(url, json={"format": "storyarn"}, headers=headers)
    assert done.json()["status"] == "completed"
    request = await ended(spans, "POST /api/projects/{project_id}/exports")
    run = await ended(spans, "export run")
    queued = await ended(spans, "export queued")
    assert {trace_of(span) for span in (request, queued, run)} == {TRACE}
    assert request.parent is not None
    assert f"{request.parent.span_id:016x}" == PARENT
    assert request.context is not None
    for later in (queued, run):
        assert later.parent is not None
        assert later.parent.span_id == request.context.span_id
    assert (request.kind, run.kind) == (SpanKind.SERVER, SpanKind.CONSUMER)
    told = dict(run.attributes or {})
    assert told["storyarn.job_id"] == done.json()["job_id"]
    assert (told["storyarn.format"], told["storyarn.attempt"], told["storyarn.status"]) == (
        "storyarn",
        1,
        "completed",
    )
    assert dict(request.attributes or {})["http.response.status_code"] == 201
    assert (queued.start_time or 0) <= (queued.end_time or 0) <= (run.end_time or 0)
    assert len(spans.get_finished_spans()) < 20


@pytest.mark.usefixtures("worker")
async def test_without_a_parent_a_trace_begins_here(
    ann: Member, projects: Projects, spans: InMemorySpanExporter
) -> None:
    url = f"/api/projects/{await projects.make(ann, sheets=1)}/exports"
    await ann.client.post(url, json={"format": "storyarn"}, headers={**ASYNC, "traceparent": "nonsense"})
    request = await ended(spans, "POST /api/projects/{project_id}/exports")
    assert request.parent is None
    assert trace_of(request) == trace_of(await ended(spans, "export run")) != TRACE


async def test_a_run_that_fails_shows_it(
    ann: Member, projects: Projects, service: Running, spans: InMemorySpanExporter
) -> None:
    project = await projects.make(ann, sheets=1)
    headers = {"Prefer": "respond-async"}
    made = await ann.client.post(
        f"/api/projects/{project}/exports", json={"format": "storyarn"}, headers=headers
    )
    await service.services.bulk.execute(
        "UPDATE export_jobs SET format = 'unheard_of' WHERE id = $1", made.json()["job_id"]
    )
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, ["exports"], stop=stop))
    run = await ended(spans, "export run")
    stop.set()
    await working
    assert run.status.status_code is StatusCode.ERROR
    assert run.status.description is None
    assert not run.events


async def test_probes_and_scrapes_leave_no_spans(
    anyone: httpx.AsyncClient, spans: InMemorySpanExporter
) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await anyone.get(path)).status_code == 200
    await anyone.get("/api/projects")
    assert [span.name for span in spans.get_finished_spans()] == ["GET /api/projects"]


async def test_lines_within_a_trace_name_it(service: Running) -> None:
    lines = structlog.testing.CapturingLogger()
    assert add_trace_ids(lines, "info", {"event": "x"}) == {"event": "x"}
    with service.services.tracing.request_span("GET", {"traceparent": TRACEPARENT}):
        named = add_trace_ids(lines, "info", {"event": "x"})
    assert named["trace_id"] == TRACE
    assert len(named["span_id"]) == 16


async def test_jobs_keep_no_trace_while_tracing_is_off(database_url: str, tmp_path: Path) -> None:
    async with run_service(database_url, tmp_path) as running:
        assert not running.services.tracing.on
        with running.services.tracing.request_span("GET", {"traceparent": TRACEPARENT}) as span:
            assert not span.is_recording()


def test_tracing_that_is_not_installed_is_said_in_one_line(database_url: str, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['opentelemetry.sdk'] = None\n"
        "from storyarn_export.cli.main import main\n"
        "sys.argv = ['storyarn-export', 'api', '--port', '0']\n"
        "sys.exit(main())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={"STORYARN_TRACING": "true", "STORYARN_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: STORYARN_TRACING held true")
    assert "storyarn-export[tracing]" in line
