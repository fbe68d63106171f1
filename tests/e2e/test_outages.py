"""The database goes away and comes back: API and worker processes go on alone, and no job is lost or doubled."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.factories.outages import Gateway, eventually, gateway
from tests.factories.program import Program, Up

pytestmark = pytest.mark.xdist_group("crashes")
ENTITIES = 60_000
RESTART_SECONDS = 0.4
OUTAGE_SECONDS = 3.0
# Well above what it takes, well below the five seconds between two looks without being told.
NOTIFY_SPEED_SECONDS = 2.5
ENTRIES = """
SELECT count(*) FILTER (WHERE status = 'succeeded') AS succeeded,
    count(*) FILTER (WHERE status NOT IN ('succeeded', 'failed')) AS others
FROM procrastinate_jobs WHERE task_name = 'run_export'
"""


class Service:
    """An API process and a worker process that reach the database through a gateway."""

    def __init__(
        self, way: Gateway, up: Up, worker: subprocess.Popen[str], client: httpx.AsyncClient
    ) -> None:
        self.way = way
        self.up = up
        self.worker = worker
        self.client = client
        self.project = ""

    async def ask(self, **options: object) -> str:
        answer = await self.client.post(
            f"/api/projects/{self.project}/exports", json={"format": "storyarn", "options": options}
        )
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    async def job(self, job_id: str) -> dict[str, object]:
        answer = await self.client.get(f"/api/projects/{self.project}/exports/{job_id}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def until(self, job_id: str, *statuses: str, within_seconds: float = 60) -> dict[str, object]:
        async def there() -> bool:
            return (await self.job(job_id))["status"] in statuses

        await eventually(there, within_seconds=within_seconds)
        return await self.job(job_id)

    async def outage(self, seconds: float) -> None:
        self.way.close()
        refused = await self.client.get(f"/api/projects/{self.project}/exports")
        assert refused.status_code == 503
        await asyncio.sleep(seconds)
        await self.way.open()

    async def picked_up(self) -> None:
        """A job that is asked for now is taken without waiting for a poll."""
        began = time.monotonic()
        job_id = await self.ask(include_sheets=False, version=str(began))
        await self.until(job_id, "processing", "completed", within_seconds=NOTIFY_SPEED_SECONDS)
        assert (await self.until(job_id, "completed", "failed"))["attempt"] == 1


@pytest.fixture
async def service(database_url: str, tmp_path: Path) -> AsyncIterator[Service]:
    async with gateway(database_url) as way:
        program = Program(
            tmp_path,
            {
                "STORYARN_DATABASE_URL": way.url,
                "STORYARN_DATA_DIR": str(tmp_path / "data"),
                "STORYARN_CHECKPOINT_BYTES": str(1024 * 1024),
            },
        )
        direct = program.having({"STORYARN_DATABASE_URL": database_url})
        seeded = direct.run("projects", "seed", "--entities", str(ENTITIES), "--json").json
        token = direct.run("token", "create", "--email", "admin@localhost", "--json").json["token"]
        up = await asyncio.to_thread(Up, program, "api", "--port", "0")
        worker = program.work("worker")
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=up.url, headers=headers, timeout=30) as client:
            made = Service(way, up, worker, client)
            made.project = str(seeded["project_id"])
            yield made
        worker.kill()
        worker.communicate()
        await asyncio.to_thread(up.stop)


async def test_idle_processes_come_back_alone(service: Service) -> None:
    await service.picked_up()
    for seconds in (RESTART_SECONDS, OUTAGE_SECONDS):
        await service.outage(seconds)
        # The first request finds connections that work.
        assert (await service.client.get("/api/projects")).status_code == 200
        await eventually(lambda: _hears(service))
        await service.picked_up()
    assert service.worker.poll() is None
    assert service.up.process.poll() is None


async def test_an_export_goes_on_from_its_checkpoint(
    service: Service, bulk: asyncpg.Pool, tmp_path: Path
) -> None:
    job_id = await service.ask()
    watching = asyncio.Event()
    events = asyncio.create_task(_last_event(service, job_id, watching))
    await watching.wait()

    async def has_checkpoint() -> bool:
        return bool(await bulk.fetchval("SELECT checkpoint ? 'upload' FROM export_jobs"))

    await eventually(has_checkpoint, within_seconds=30)
    await service.outage(OUTAGE_SECONDS)
    job = await service.until(job_id, "completed", "failed")
    assert (job["status"], job["attempt"], job["resumed"]) == ("completed", 1, True), job["error"]
    # Whoever watched has not missed the end.
    assert await events == "completed"
    await service.picked_up()

    async def all_over() -> bool:
        row = await bulk.fetchrow(ENTRIES)
        assert row is not None
        return bool(row["others"] == 0)

    await eventually(all_over)
    stored = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert len(stored) == 2


async def _hears(service: Service) -> bool:
    metrics = (await service.client.get("/metrics")).text
    return "storyarn_job_listener_connected 1.0" in metrics


async def _last_event(service: Service, job_id: str, watching: asyncio.Event) -> str:
    name = ""
    url = f"/api/projects/{service.project}/exports/{job_id}/events"
    async with asyncio.timeout(60), service.client.stream("GET", url) as answer:
        async for line in answer.aiter_lines():
            watching.set()
            name = line.removeprefix("event: ") if line.startswith("event: ") else name
    return name
