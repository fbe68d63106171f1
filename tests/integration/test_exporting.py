"""Spans on their way to a collector."""

import asyncio
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from opentelemetry.sdk.trace import TracerProvider

from storyarn_export.telemetry.exporting import open_exporting
from storyarn_export.telemetry.spans import Tracing


class Collector(ThreadingHTTPServer):
    """Keeps what it is sent."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Sent)
        self.sent: list[tuple[str, bytes]] = []


class Sent(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        self.server.sent.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        yield server
        server.shutdown()
        thread.join()


async def test_spans_are_sent_at_the_latest_when_the_process_ends(collector: Collector) -> None:
    async with open_exporting(version="1.2.3", role="api") as provider:
        with Tracing(provider).request_span("GET", {}):
            pass
    ((path, body),) = collector.sent
    assert path == "/v1/traces"
    assert b"storyarn-export" in body
    assert b"1.2.3" in body


async def test_the_environment_names_the_service(
    collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "tales")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=attic")
    async with open_exporting(version="1", role="worker") as provider:
        assert isinstance(provider, TracerProvider)
        attributes = provider.resource.attributes
        assert attributes["service.name"] == "tales"
        assert attributes["deployment.environment.name"] == "attic"
        assert attributes["storyarn.role"] == "worker"
    assert not collector.sent


async def test_a_collector_that_is_away_keeps_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    async with open_exporting(version="1", role="worker") as provider:
        with Tracing(provider).request_span("GET", {}):
            await asyncio.sleep(0)
        began = time.monotonic()
    assert time.monotonic() - began < 10
