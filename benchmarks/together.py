"""Several exports at once by one worker, and how fast the API answers meanwhile."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle
from statistics import median
from uuid import UUID

import httpx

from benchmarks.databases import OWNER, Dataset, fill, settings_for
from benchmarks.latency import Spread, caller, spread_of
from benchmarks.processes import api, worker
from benchmarks.product import OPTIONS, Client, client
from storyarn_export.accounts.tokens import create_token
from storyarn_export.bootstrap import open_services
from storyarn_export.db.models import ExportJob

ENTITIES = 100_000
AT_ONCE = 3
ROUNDS = 5
ASK_EVERY_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Round:
    """Exports that were asked for with one commit.

    Attributes:
        seconds: from before the commit to hearing that one is completed, of each, the first to end first.
        answers: seconds that each request for the status of one of them took.
    """

    seconds: Sequence[float]
    answers: Sequence[float]


@dataclass(frozen=True, slots=True)
class Together:
    """Rounds with one export and with several, in turns."""

    alone: Sequence[Round]
    at_once: Sequence[Round]

    @property
    def slowdown(self) -> float:
        """Time of the slowest of several over that of one alone; medians."""
        return median(one.seconds[-1] for one in self.at_once) / median(one.seconds[-1] for one in self.alone)

    @property
    def answers(self) -> Spread:
        """How long answers took while several exports ran."""
        return spread_of([seconds for one in self.at_once for seconds in one.answers])


async def measure_together(server_url: str) -> Together:
    """Run a worker and an API on a database of their own and have them do several things at once."""
    dataset = await fill(server_url, "together", ENTITIES)
    token = await _token(dataset)
    alone: list[Round] = []
    at_once: list[Round] = []
    with worker(dataset), api(dataset) as base_url:
        async with client(dataset) as asking, caller(base_url, token) as http:
            await _round(asking, http, dataset, 1)
            for _ in range(ROUNDS):
                alone.append(await _round(asking, http, dataset, 1))
                at_once.append(await _round(asking, http, dataset, AT_ONCE))
    return Together(alone, at_once)


async def _token(dataset: Dataset) -> str:
    async with (
        open_services(settings_for(dataset.url), database_url=dataset.url, role="cli") as services,
        services.sessions.begin() as session,
    ):
        return (await create_token(session, email=OWNER, scopes=("exports",))).token


async def _round(asking: Client, http: httpx.AsyncClient, dataset: Dataset, count: int) -> Round:
    # The document's version alone sets them apart: the same work, and not one export for all.
    asked = await asking.ask([replace(OPTIONS, version=f"1.0.{number}") for number in range(count)])
    jobs: list[ExportJob] = []
    seconds: list[float] = []
    async with status_asked(http, dataset.project_id, asked.job_ids) as answers:
        while waiting := set(asked.job_ids) - {job.id for job in jobs}:
            jobs.append(await asking.finished(waiting))
            seconds.append(time.perf_counter() - asked.begin)
    for job in jobs:
        await asking.discard(job)
    if answers.refused:
        raise RuntimeError(f"{answers.refused} requests for a status were refused")
    return Round(seconds, answers.seconds)


@dataclass(slots=True)
class Answers:
    """Answers to requests for a status.

    Attributes:
        seconds: that each took, refusals too.
        refused: how many were none.
    """

    seconds: list[float] = field(default_factory=list)
    refused: int = 0


@asynccontextmanager
async def status_asked(
    http: httpx.AsyncClient, project_id: int, job_ids: Sequence[UUID]
) -> AsyncIterator[Answers]:
    """Ask for the status of one job after the other while the block lasts.

    The next question does not wait for an answer: many callers would not either, and slow answers all count.
    """
    answers = Answers()

    async def ask(job_id: UUID) -> None:
        begin = time.perf_counter()
        answer = await http.get(f"/api/projects/{project_id}/exports/{job_id}")
        answers.seconds.append(time.perf_counter() - begin)
        answers.refused += not answer.is_success

    async def keep_asking() -> None:
        for job_id in cycle(job_ids):
            asking.create_task(ask(job_id))
            await asyncio.sleep(ASK_EVERY_SECONDS)

    async with asyncio.TaskGroup() as asking:
        asker = asking.create_task(keep_asking())
        yield answers
        asker.cancel()
