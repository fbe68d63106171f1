"""Clients that ask and then do not read, or a few bytes a second."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import ExitStack, asynccontextmanager
from urllib.parse import urlsplit

import httpx

from storyarn_export.accounts.tokens import create_token
from storyarn_export.storage.local import READ_CHUNK_BYTES
from tests.chaos.counts import Count, at_most, exactly, told
from tests.chaos.site import Site
from tests.chaos.stage import Stage
from tests.factories.program import PROGRAM

MEBIBYTE = 1024 * 1024
KIBIBYTE = 1024
EXPORTS = 3
SIP_BYTES = 16
SIP_EVERY_SECONDS = 1.0
# The kernel's buffers must not swallow what a client does not read.
RECEIVE_BYTES = 4096
SETTLE_SECONDS = 2.0
PROGRESS_SECONDS = "0.25"
# What is on its way to the client, what was read after it, and the connection.
MOST_A_DOWNLOAD_KIBIBYTES = 3 * READ_CHUNK_BYTES / KIBIBYTE
MOST_A_STREAM_KIBIBYTES = 50
MOST_GROWTH_MEBIBYTES = 8
HEALTH_LIMIT_SECONDS = 0.1
HEALTH_EVERY_SECONDS = 0.05


async def readers(stage: Stage) -> Sequence[Count]:
    """Hundreds of them; the API keeps its memory and its other clients."""
    # Events as often as in service.
    async with stage.site(progress_min_interval_seconds=PROGRESS_SECONDS) as site:
        await site.undisturbed()
        # All of them have one token.
        api = site.start(*PROGRAM, "api", "--port", "0", streams_per_caller=str(2 * stage.size.readers))
        site.hire()
        url = await api.url()
        async with site.services.sessions.begin() as session:
            token = (await create_token(session, email="p0@storyarn.invalid", scopes=("exports",))).token
        job = await site.until(await site.ask(), "completed")
        alone = await _exports(site)
        project = f"/api/projects/{job.project_id}/exports/{job.id}"
        idle = api.resident_bytes
        async with _clients(url, token, f"{project}/download", stage.size.readers) as downloads:
            await asyncio.sleep(SETTLE_SECONDS)
            downloading = api.resident_bytes
            async with _clients(url, token, "/api/exports/events", stage.size.readers):
                await asyncio.sleep(SETTLE_SECONDS)
                connected = api.resident_bytes
                sips, waits = list[float](), list[float]()
                async with _beside(_sip(downloads, sips), _ask_for_health(url, waits)):
                    beside = await _exports(site)
                after = api.resident_bytes
        await site.forget(job)
        codes = await site.leave()
        return [
            told(
                "event streams and downloads that are not read",
                f"{stage.size.readers} and {stage.size.readers}",
            ),
            told("bytes that the downloads took at a time, times", f"{SIP_BYTES}, {len(sips)}"),
            _growth(
                "API memory a download", MOST_A_DOWNLOAD_KIBIBYTES, downloading - idle, stage.size.readers
            ),
            _growth(
                "API memory a stream", MOST_A_STREAM_KIBIBYTES, connected - downloading, stage.size.readers
            ),
            at_most(
                "API memory more after the exports",
                MOST_GROWTH_MEBIBYTES,
                [(after - connected) / MEBIBYTE],
                "MiB",
            ),
            told("API memory in the end", f"{after / MEBIBYTE:.0f} MiB"),
            exactly("exports meanwhile that were right", EXPORTS, len(beside)),
            at_most(
                "time of an export, times that without readers",
                1.5,
                [max(beside) / max(alone)],
                "x",
                timed=True,
            ),
            at_most("the API's other answers", HEALTH_LIMIT_SECONDS, waits, "s", timed=True),
            exactly("exit codes of API and worker", [0, 0], codes),
            (await site.left()).count(),
        ]


def _growth(what: str, most_kibibytes: float, more_bytes: int, clients: int) -> Count:
    each = max(0.0, more_bytes / clients / KIBIBYTE)
    # A few clients weigh less than what the process sets aside for the first ones.
    return at_most(what, most_kibibytes, [each], "KiB", timed=True)


async def _exports(site: Site) -> list[float]:
    """Seconds of exports that turned out right, one after the other."""
    seconds = []
    for _ in range(EXPORTS):
        began = time.monotonic()
        job = await site.until(await site.ask(), "completed")
        seconds.append(time.monotonic() - began)
        if not await site.is_right(job):
            raise AssertionError(f"{job.id} is not right")
        await site.forget(job)
    return seconds


@asynccontextmanager
async def _clients(url: str, token: str, path: str, number: int) -> AsyncIterator[list[socket.socket]]:
    """Connections that have asked for something, while the block lasts."""
    place = urlsplit(url)
    request = f"GET {path} HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n\r\n"
    with ExitStack() as stack:
        made = []
        for _ in range(number):
            client = stack.enter_context(socket.socket())
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
            await asyncio.to_thread(client.connect, (place.hostname, place.port))
            client.sendall(request.encode())
            made.append(client)
        first = await asyncio.to_thread(made[-1].recv, len("HTTP/1.1 200"))
        if first != b"HTTP/1.1 200":
            raise AssertionError(f"{path} was answered by {first!r}")
        yield made


@asynccontextmanager
async def _beside(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Work that goes on while the block lasts."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    if not all(isinstance(end, asyncio.CancelledError) for end in ends):
        raise AssertionError(f"clients of the API broke off: {ends}")


async def _sip(clients: Sequence[socket.socket], sips: list[float]) -> None:
    """Take a few bytes of each now and then."""
    while True:
        for client in clients:
            taken = await asyncio.to_thread(client.recv, SIP_BYTES)
            sips.append(len(taken))
        await asyncio.sleep(SIP_EVERY_SECONDS)


async def _ask_for_health(url: str, waits: list[float]) -> None:
    """Ask for something small all the time."""
    async with httpx.AsyncClient(base_url=url) as client:
        while True:
            began = time.monotonic()
            (await client.get("/healthz")).raise_for_status()
            waits.append(time.monotonic() - began)
            await asyncio.sleep(HEALTH_EVERY_SECONDS)
