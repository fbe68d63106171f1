"""GET /metrics, over HTTP."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from storyarn_export.progress.tally import tally
from storyarn_export.telemetry import catalogue
from storyarn_export.worker.process import serve_worker
from tests.e2e.conftest import Member, Projects, Running, run_service
from tests.factories.outages import cut, eventually, gateway
from tests.factories.scraped import Scraped

UUID_OR_LONG_NUMBER = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|sa_")


@pytest.fixture
def service(own_service: Running) -> Running:
    return own_service


async def scrape(client: httpx.AsyncClient, path: str = "/metrics") -> Scraped:
    answer = await client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    return Scraped(answer.text)


async def shows(client: httpx.AsyncClient, name: str, labels: dict[str, str], value: float) -> None:
    """Wait until a metric has a value: a scrape may be a second old."""

    async def holds() -> bool:
        return (await scrape(client)).value(name, labels) == value

    await eventually(holds)


async def test_what_is_shown_is_what_is_catalogued(anyone: httpx.AsyncClient, service: Running) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(serve_worker(service.services, ["exports"], stop=stop))
    await shows(anyone, "storyarn_worker_listener_connected", {"queue": "exports"}, 1)
    seen = await scrape(anyone)
    stop.set()
    await working
    shown = {
        (name if family.type != "counter" else f"{name}_total", family.type, family.documentation)
        for name, family in seen.families.items()
        if name.startswith("storyarn_")
    }
    assert shown == {(one.name, one.kind.value, one.meaning) for one in catalogue.ALL}
    labels = {one.name: set(one.labels) for one in catalogue.ALL}
    for sample, pairs in seen.samples:
        name = re.sub(r"_(bucket|sum|count)$", "", sample)
        if sample.startswith("storyarn_"):
            assert {key for key, _ in pairs} - {"le"} == labels[name], sample
    assert {"python_info", "process_resident_memory_bytes"} <= seen.families.keys()
    assert not any(name.endswith("_created") for name, _ in seen.samples)
    assert seen.value("storyarn_worker_running_jobs", {"queue": "exports"}) == 0
    assert (seen.value("storyarn_worker_heartbeat_age_seconds") or 99) < 30


async def test_requests_are_counted_by_route(
    ann: Member, projects: Projects, anyone: httpx.AsyncClient
) -> None:
    project = await projects.make(ann, sheets=1, name="Secret Tale")
    url = f"/api/projects/{project}/exports"
    made = await ann.post(url, {"format": "storyarn"})
    assert made.status_code == 201
    for path in (made.json()["download_url"], f"{url}/nothing", f"{url}/nothing", "/wp-admin/secret"):
        await ann.get(path)
    await ann.client.head("/api/projects")
    await ann.client.put("/api/projects")
    await ann.client.request("PROPFIND", "/healthz")
    one = "/api/projects/{project_id}/exports/{job_id}"
    await shows(anyone, "storyarn_http_requests_total", {"route": one, "method": "GET", "status": "4xx"}, 2)
    seen = await scrape(anyone)
    for route, method, status, count in (
        ("/api/projects/{project_id}/exports", "POST", "2xx", 1),
        (f"{one}/download", "GET", "2xx", 1),
        ("unmatched", "GET", "4xx", 1),
        ("/api/projects", "GET", "2xx", 1),
        ("/api/projects", "PUT", "4xx", 1),
        ("/healthz", "other", "4xx", 1),
    ):
        labels = {"route": route, "method": method, "status": status}
        assert seen.value("storyarn_http_requests_total", labels) == count, labels
    timed = {"route": one, "method": "GET"}
    assert seen.value("storyarn_http_request_seconds_count", timed) == 2
    assert seen.value("storyarn_http_request_seconds_bucket", {**timed, "le": "30.0"}) == 2
    text = (await anyone.get("/metrics")).text
    assert not UUID_OR_LONG_NUMBER.search(text)
    for private in ("Secret", "secret", ann.email, ann.token, str(made.json()["job_id"])):
        assert private not in text


async def test_open_streams(ann: Member, anyone: httpx.AsyncClient, projects: Projects) -> None:
    project = await projects.make(ann, sheets=1)
    headers = {"Prefer": "respond-async"}
    made = await ann.client.post(
        f"/api/projects/{project}/exports", json={"format": "storyarn"}, headers=headers
    )
    async with ann.events(made.json()["events_url"]), ann.events("/api/exports/events"):
        await shows(anyone, "storyarn_event_streams", {"kind": "one_job"}, 1)
        await shows(anyone, "storyarn_event_streams", {"kind": "all_jobs"}, 1)
    await shows(anyone, "storyarn_event_streams", {"kind": "one_job"}, 0)
    await shows(anyone, "storyarn_event_streams", {"kind": "all_jobs"}, 0)


@pytest.mark.usefixtures("worker")
async def test_a_finished_export_is_counted(
    ann: Member, anyone: httpx.AsyncClient, projects: Projects
) -> None:
    project = await projects.make(ann, sheets=3)
    url = f"/api/projects/{project}/exports"
    headers = {"Prefer": "respond-async, wait=20"}
    done = (await ann.client.post(url, json={"format": "storyarn"}, headers=headers)).json()
    assert done["status"] == "completed"
    labels = {"format": "storyarn"}
    await shows(anyone, "storyarn_exports_finished_total", {**labels, "status": "completed"}, 1)
    seen = await scrape(anyone)
    assert seen.value("storyarn_export_bytes_total", labels) == done["file_size"]
    assert seen.value("storyarn_export_entities_total", labels) == done["entities"]["processed"]
    assert (seen.value("storyarn_export_duration_seconds_sum", labels) or 0) > 0
    assert seen.value("storyarn_queue_entries", {"queue": "exports", "status": "todo"}) == 0


async def test_counts_are_those_of_all_processes(service: Running, anyone: httpx.AsyncClient) -> None:
    async with service.services.sessions.begin() as session:
        await tally(session, "export_rescues", 5)
    await shows(anyone, "storyarn_export_rescues_total", {}, 5)


async def test_a_listener_that_hears_nothing(service: Running, anyone: httpx.AsyncClient) -> None:
    await shows(anyone, "storyarn_job_listener_connected", {}, 1)
    assert await cut(service.services.bulk, "storyarn-listener") == 1
    await shows(anyone, "storyarn_job_listener_connected", {}, 1)


async def test_a_scrape_while_the_database_is_away(database_url: str, tmp_path: Path) -> None:
    async with (
        gateway(database_url) as way,
        run_service(way.url, tmp_path) as running,
        httpx.AsyncClient(base_url=running.url, timeout=30) as client,
    ):
        await shows(client, "storyarn_database_up", {}, 1)
        way.close()
        await shows(client, "storyarn_database_up", {}, 0)
        await shows(client, "storyarn_job_listener_connected", {}, 0)
        seen = await scrape(client)
        assert "storyarn_export_rescues" not in seen.families
        assert (seen.value("process_resident_memory_bytes") or 0) > 0
        await way.open()
        await shows(client, "storyarn_database_up", {}, 1)
        await shows(client, "storyarn_job_listener_connected", {}, 1)


async def test_a_server_that_ends_takes_its_metrics_along(service: Running) -> None:
    names = {one.name for one in service.services.metrics.collect()}
    assert "storyarn_http_requests" in names
    service.stop.set()
    await service.serving
    assert "storyarn_http_requests" not in {one.name for one in service.services.metrics.collect()}
