"""The database is stopped and comes back, while workers are idle and while they export."""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from tests.chaos.counts import Count, at_most, exactly, told
from tests.chaos.ground import StopMode
from tests.chaos.site import Site
from tests.chaos.stage import Stage

BAR_SECONDS = 0.5
# Stopping and starting take another tenth of a second.
SHORT_AWAY_SECONDS = 0.3
BUSY = 4
# After the first one that was asked for when the server was back.
LATER = 5
WORKERS = 2
# An export that is put off has another entry of the queue each time, but only one end.
DOUBLED = text("""
SELECT (SELECT sum(value) FROM tallies WHERE name = 'export_finished')
    - (SELECT count(*) FROM export_jobs WHERE status IN ('completed', 'failed', 'cancelled'))
""")


async def restart(stage: Stage) -> Sequence[Count]:
    """Stopped as an operator does, and started at once."""
    return await _away(stage, "fast", SHORT_AWAY_SECONDS)


async def outage(stage: Stage) -> Sequence[Count]:
    """Stopped as a crash does, and away for a while."""
    return await _away(stage, "immediate", stage.size.away_seconds)


async def _away(stage: Stage, mode: StopMode, seconds: float) -> Sequence[Count]:
    # Places enough that an export need not wait for others.
    async with stage.site(checkpoint_bytes=str(1024 * 1024), export_concurrency=str(2 * BUSY)) as site:
        await site.undisturbed()
        await site.undisturbed(small=True)
        workers = [site.hire() for _ in range(WORKERS)]
        await _settled(site)
        idle_gone = await _stop_and_start(site, mode, seconds)
        idle_first, idle_later = await _pick_up(site)

        jobs = [await site.ask(person) for person in range(BUSY)]
        await site.until(jobs[0], "processing")
        await asyncio.sleep(site.chance.uniform(0, 0.4))
        busy_gone = await _stop_and_start(site, mode, seconds)
        busy_first, busy_later = await _pick_up(site)
        done = [await site.until(job_id, "completed") for job_id in jobs]
        right = [await site.is_right(job) for job in done]
        for job in done:
            await site.forget(job)
        async with site.services.sessions() as session:
            doubled = await session.scalar(DOUBLED)
        alive = [worker.alive for worker in workers]
        codes = await site.leave()
        return [
            told("the server was away, idle and busy", f"{idle_gone:.2f} s, {busy_gone:.2f} s"),
            _pick_up_of("idle: an export asked for as soon as it was back is begun", [idle_first]),
            _pick_up_of("idle: those after it", idle_later),
            _pick_up_of("busy: an export asked for as soon as it was back is begun", [busy_first]),
            _pick_up_of("busy: those after it", busy_later),
            exactly("exports under way that were completed and right", BUSY, sum(right)),
            told(
                "attempts and retries of these", ", ".join(f"{job.attempt} and {job.retries}" for job in done)
            ),
            exactly("ends beyond one an export", 0, int(doubled or 0)),
            exactly("workers that lived on, by themselves", WORKERS, sum(alive)),
            exactly("exit codes", [0] * WORKERS, codes),
            (await site.left()).count(),
        ]


def _pick_up_of(what: str, seconds: Sequence[float]) -> Count:
    return at_most(what, BAR_SECONDS, seconds, "s", timed=True)


async def _settled(site: Site) -> None:
    """Wait until an export has gone through: workers are up and listen."""
    await site.forget(await site.until(await site.ask(small=True), "completed"))
    await asyncio.sleep(1)


async def _stop_and_start(site: Site, mode: StopMode, seconds: float) -> float:
    """How long the server was away."""
    await asyncio.to_thread(site.ground.stop_server, mode)
    site.note(f"the server is stopped, {mode}")
    began = time.monotonic()
    await asyncio.sleep(seconds)
    await asyncio.to_thread(site.ground.start_server)
    site.note("the server is back")
    return time.monotonic() - began


async def _pick_up(site: Site) -> tuple[float, list[float]]:
    """Seconds from asking to the start of the run: of the first export after an outage, and of those after it."""
    seconds = [await _wait_of(site, await site.ask(BUSY, small=True)) for _ in range(1 + LATER)]
    return seconds[0], seconds[1:]


async def _wait_of(site: Site, job_id: UUID) -> float:
    job = await site.until(job_id, "completed")
    if not await site.is_right(job) or job.started_at is None:
        raise AssertionError(f"{job_id} is {job.status} and not right")
    await site.forget(job)
    return (job.started_at - job.created_at).total_seconds()
