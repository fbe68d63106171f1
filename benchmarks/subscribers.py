"""Many who watch: event streams of one API process while several exports run, and how fast it answers meanwhile."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx
import orjson

from benchmarks.databases import OWNER, Dataset, fill, settings_for
from benchmarks.latency import Spread, caller, spread_of
from benchmarks.listeners import READ_SECONDS, Heard
from benchmarks.memory import peak_bytes, reset_peak, resident_bytes
from benchmarks.processes import ApiProcess, api_process, worker
from benchmarks.processor import cpu_seconds
from benchmarks.product import OPTIONS, Client, client
from benchmarks.together import Answers, status_asked
from storyarn_export.accounts.tokens import create_token
from storyarn_export.bootstrap import open_services

SUBSCRIBERS = 500
AT_ONCE = 3
ENTITIES = 300_000
ROUNDS = 3
TOKENS = 100
"""Streams of one token are limited."""
WARM_REQUESTS, WARM_AT_A_TIME = 100, 20


@dataclass(frozen=True, slots=True)
class Watched:
    """Exports that ran while all subscribers watched them.

    Attributes:
        heard: what reached the subscribers.
        answers: to requests for the status of one of the exports.
        before_bytes: size of the API process before the first stream.
        peak_bytes: its largest size until the last stream ended.
        cpu_seconds: its processor time from the start of the worker to the last event.
    """

    heard: Heard
    answers: Answers
    before_bytes: int
    peak_bytes: int
    cpu_seconds: float

    @property
    def bytes_each(self) -> float:
        """What one subscriber takes at most."""
        return (self.peak_bytes - self.before_bytes) / SUBSCRIBERS


@dataclass(frozen=True, slots=True)
class Subscribed:
    """Rounds, each with streams of its own to an API process that is new."""

    rounds: Sequence[Watched]

    @property
    def lags(self) -> Spread:
        """From the end of a job to the event that tells of it."""
        return spread_of([lag for one in self.rounds for lag in one.heard.lags])

    @property
    def answers(self) -> Spread:
        """How long answers to requests for the status took."""
        return spread_of([seconds for one in self.rounds for seconds in one.answers.seconds])

    @property
    def missing(self) -> int:
        """Streams that were not told of the end."""
        return sum(one.heard.missing for one in self.rounds)

    @property
    def refused(self) -> int:
        """Requests for a status that got none."""
        return sum(one.answers.refused for one in self.rounds)

    @property
    def bytes_each(self) -> float:
        """What one subscriber took in the worst round."""
        return max(one.bytes_each for one in self.rounds)


async def measure_subscribers(server_url: str) -> Subscribed:
    """Run an API with its subscribers and a worker on a database of their own."""
    dataset = await fill(server_url, "subscribers", ENTITIES)
    tokens = await _tokens(dataset)
    async with client(dataset) as asking:
        return Subscribed([await _round(asking, dataset, tokens) for _ in range(ROUNDS)])


async def _tokens(dataset: Dataset) -> Sequence[str]:
    async with (
        open_services(settings_for(dataset.url), database_url=dataset.url, role="cli") as services,
        services.sessions.begin() as session,
    ):
        made = [await create_token(session, email=OWNER, scopes=("exports",)) for _ in range(TOKENS)]
        return [one.token for one in made]


async def _round(asking: Client, dataset: Dataset, tokens: Sequence[str]) -> Watched:
    # The document's version alone sets them apart: the same work, and not one export for all.
    options = [replace(OPTIONS, version=f"1.0.{number}") for number in range(AT_ONCE)]
    with api_process(dataset) as api:
        async with caller(api.url, tokens[0]) as http:
            # There is no worker yet: everybody is there before the exports begin.
            asked = await asking.ask(options)
            base = f"/api/projects/{dataset.project_id}/exports"
            paths = [f"{base}/{job_id}/events" for job_id in asked.job_ids]
            await _warm(http, f"{base}/{asked.job_ids[0]}")
            reset_peak(api.pid)
            before = resident_bytes(api.pid)
            async with _listening(api, paths, tokens) as listeners:
                async with status_asked(http, dataset.project_id, asked.job_ids) as answers:
                    cpu_before = cpu_seconds(api.pid)
                    with worker(dataset):
                        heard = await _result(listeners)
                    spent = cpu_seconds(api.pid) - cpu_before
                peak = peak_bytes(api.pid)
    waiting = set(asked.job_ids)
    while waiting:
        job = await asking.finished(waiting)
        waiting.discard(job.id)
        await asking.discard(job)
    return Watched(heard, answers, before, peak, spent)


async def _warm(http: httpx.AsyncClient, url: str) -> None:
    """What the process makes once, such as its connections to the database, is not what subscribers cost."""
    for _ in range(WARM_REQUESTS // WARM_AT_A_TIME):
        answers = await asyncio.gather(*(http.get(url) for _ in range(WARM_AT_A_TIME)))
        for answer in answers:
            answer.raise_for_status()


@asynccontextmanager
async def _listening(
    api: ApiProcess, paths: Sequence[str], tokens: Sequence[str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that reads all streams, from the moment on that all of them have told their first state."""
    streams = [
        {"path": paths[number % len(paths)], "token": tokens[number % len(tokens)]}
        for number in range(SUBSCRIBERS)
    ]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.listeners"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        if process.stdin is not None:
            # The tokens are nobody's business: not by the command line.
            process.stdin.write(orjson.dumps({"base_url": api.url, "streams": streams}) + b"\n")
        await _line(process)
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def _result(listeners: asyncio.subprocess.Process) -> Heard:
    return Heard(**orjson.loads(await _line(listeners)))


async def _line(process: asyncio.subprocess.Process) -> bytes:
    if process.stdout is None:
        raise RuntimeError("the listeners have no stdout")
    async with asyncio.timeout(READ_SECONDS):
        return await process.stdout.readuntil()
