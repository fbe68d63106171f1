"""What callers wait for: pick-up by a worker, answers of the API, quick exports."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import median, quantiles
from uuid import UUID

import httpx

from benchmarks.databases import OWNER, Dataset, create_database, owner, settings_for, settle
from benchmarks.processes import api, worker
from benchmarks.product import Client, client
from storyarn_export.accounts.tokens import create_token
from storyarn_export.bootstrap import open_services
from storyarn_export.seeding.seed import SeedProject

TINY_ENTITIES = 20
QUICK_ENTITIES = 500
LARGE_ENTITIES = 50_000
TINY_EXPORTS = 40
QUICK_EXPORTS = 40
LARGE_EXPORTS = 5
TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Seconds: the median and what 95 of 100 stay under."""

    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Latencies:
    """What was measured.

    Attributes:
        pick_up: commit of a job to the start of its run, tiny exports one after the other.
        accepted: answer 202 to a POST for one of them.
        quick: whole quick export of QUICK_ENTITIES.
        large: POST to completed of LARGE_ENTITIES.
    """

    pick_up: Spread
    accepted: Spread
    quick: Spread
    large: Spread


@dataclass(frozen=True, slots=True)
class Projects:
    """Ids of the three projects that are asked for, and who asks."""

    tiny: int
    quick: int
    large: int
    token: str


async def measure_latencies(server_url: str) -> Latencies:
    """Run a worker and an API on a database of their own and ask them for exports."""
    url = create_database(server_url, "bench_latency")
    projects, dataset = await _prepare(url)
    with worker(dataset), api(dataset) as base_url:
        async with client(dataset) as asking, caller(base_url, projects.token) as http:
            await asking.export(projects.tiny)
            await _quick(http, projects.quick)
            pick_up = [(await asking.export(projects.tiny)).picked_up_seconds for _ in range(TINY_EXPORTS)]
            accepted = [(await _posted(http, asking, projects.tiny))[0] for _ in range(TINY_EXPORTS)]
            quick = [await _quick(http, projects.quick) for _ in range(QUICK_EXPORTS)]
            large = [(await _posted(http, asking, projects.large))[1] for _ in range(LARGE_EXPORTS)]
    return Latencies(spread_of(pick_up), spread_of(accepted), spread_of(quick), spread_of(large))


async def _prepare(url: str) -> tuple[Projects, Dataset]:
    async with open_services(settings_for(url), database_url=url, role="cli") as services:
        owner_id = await owner(services)
        seed = SeedProject(services.bulk)
        tiny, quick, large = [
            (await seed(owner_id=owner_id, entities=entities)).project_id
            for entities in (TINY_ENTITIES, QUICK_ENTITIES, LARGE_ENTITIES)
        ]
        async with services.sessions.begin() as session:
            issued = await create_token(session, email=OWNER, scopes=("exports",))
    settle(url)
    return Projects(tiny, quick, large, issued.token), Dataset(
        "latency", "bench_latency", url, 0, tiny, owner_id
    )


@asynccontextmanager
async def caller(base_url: str, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client of the API."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base_url, headers=headers, timeout=TIMEOUT_SECONDS) as http:
        yield http


async def _posted(http: httpx.AsyncClient, asking: Client, project_id: int) -> tuple[float, float]:
    """Seconds until the answer, and until the export was completed."""
    begin = time.perf_counter()
    answer = await http.post(
        f"/api/projects/{project_id}/exports",
        json={"format": "storyarn", "options": {"validate_before_export": False}},
        headers={"Prefer": "respond-async"},
    )
    answered = time.perf_counter() - begin
    if answer.status_code != httpx.codes.ACCEPTED:
        raise RuntimeError(f"POST answered {answer.status_code}: {answer.text}")
    job = await asking.finished([UUID(answer.json()["job_id"])])
    completed = time.perf_counter() - begin
    await asking.discard(job)
    return answered, completed


async def _quick(http: httpx.AsyncClient, project_id: int) -> float:
    begin = time.perf_counter()
    asked = {"format": "storyarn", "validate_before_export": "false"}
    answer = await http.get(f"/api/projects/{project_id}/export", params=asked)
    answer.raise_for_status()
    return time.perf_counter() - begin


def spread_of(seconds: Sequence[float]) -> Spread:
    """Of at least two."""
    return Spread(median(seconds), quantiles(seconds, n=20, method="inclusive")[-1])
