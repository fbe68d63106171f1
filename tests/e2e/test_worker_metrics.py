"""The scrape port of a worker process."""

import asyncio
import socket
from pathlib import Path

import httpx

from storyarn_export.bootstrap import open_services
from storyarn_export.settings import load_settings
from storyarn_export.telemetry.scrape_port import TRY_AGAIN_SECONDS
from storyarn_export.worker.process import serve_worker
from tests.factories.outages import cut, eventually
from tests.factories.scraped import Scraped

EXPORTS = {"queue": "exports"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port


async def scrape(port: int) -> Scraped | None:
    try:
        async with httpx.AsyncClient() as client:
            return Scraped((await client.get(f"http://127.0.0.1:{port}/metrics")).text)
    except httpx.TransportError:
        return None


async def test_a_worker_tells_on_its_own_port(database_url: str, tmp_path: Path) -> None:
    port, stop = free_port(), asyncio.Event()
    settings = load_settings(data_dir=tmp_path, worker_metrics_port=port, shutdown_seconds=5)
    async with open_services(settings, database_url=database_url, role="worker") as services:
        working = asyncio.create_task(serve_worker(services, ["exports", "maintenance"], stop=stop))

        async def hears() -> bool:
            seen = await scrape(port)
            return seen is not None and seen.value("storyarn_worker_listener_connected", EXPORTS) == 1

        await eventually(hears)
        seen = await scrape(port)
        assert seen is not None
        assert seen.value("storyarn_worker_running_jobs", EXPORTS) == 0
        assert (seen.value("storyarn_worker_heartbeat_age_seconds") or 0) < 30
        assert seen.value("storyarn_worker_listener_connected", {"queue": "imports"}) is None
        assert "process_resident_memory_bytes" in seen.families
        # The database is not asked on this port.
        assert "storyarn_database_up" not in seen.families
        assert await cut(services.bulk, "storyarn-worker-queue-listener") == 2
        await eventually(hears)
        stop.set()
        await working

        async def is_silent() -> bool:
            return await scrape(port) is None

        await eventually(is_silent)


async def test_a_port_that_is_taken_is_waited_for(database_url: str, tmp_path: Path) -> None:
    taken, stop = socket.create_server(("127.0.0.1", 0)), asyncio.Event()
    port = taken.getsockname()[1]
    settings = load_settings(data_dir=tmp_path, worker_metrics_port=port, shutdown_seconds=5)
    async with open_services(settings, database_url=database_url, role="worker") as services:
        working = asyncio.create_task(serve_worker(services, ["exports"], stop=stop))
        await asyncio.sleep(0.3)
        assert not working.done()
        taken.close()

        async def answers() -> bool:
            return await scrape(port) is not None

        await eventually(answers, within_seconds=4 * TRY_AGAIN_SECONDS)
        stop.set()
        await working
