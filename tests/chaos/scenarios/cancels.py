"""Exports that are cancelled at any moment."""

import asyncio
import time
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from storyarn_export.domain.errors import NotCancellableError
from tests.chaos.counts import Count, exactly, percentile, told
from tests.chaos.left import PREFIX
from tests.chaos.site import Site
from tests.chaos.stage import Stage

BAR_SECONDS = 1.0
# Exports that are completed before they are cancelled are asked for again.
MAX_TRIES = 10
LOOK_AGAIN_SECONDS = 0.01
ENTRY = text("""
SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'job_id' = :job_id AND status IN ('doing', 'todo')
""")


async def cancels_local(stage: Stage) -> Sequence[Count]:
    """One after the other, from before the run begins to its last step."""
    async with stage.site(checkpoint_bytes=str(64 * 1024)) as site:
        return await _cancels(stage, site)


async def cancels_s3(stage: Stage) -> Sequence[Count]:
    """The same where files are in a bucket."""
    async with stage.bucket(checkpoint_bytes=str(64 * 1024)) as (site, _, _):
        return await _cancels(stage, site)


async def _cancels(stage: Stage, site: Site) -> Sequence[Count]:
    await site.undisturbed()
    worker = site.hire()
    latest_seconds = await _length(site)
    seconds: list[float] = []
    late, states = 0, list[str]()
    for _ in range(stage.size.cancels * MAX_TRIES):
        if len(seconds) == stage.size.cancels:
            break
        job_id = await site.ask()
        await asyncio.sleep(site.chance.uniform(0, latest_seconds))
        took = await _cancel(site, job_id)
        job = await site.job(job_id)
        if took is None:
            late += 1
            await site.forget(await site.until(job_id, "completed"))
            continue
        seconds.append(took)
        states.append(f"{job.status} {job.file_key} {job.checkpoint}")
    last = await site.until(await site.ask(), "completed")
    right = await site.is_right(last)
    await site.forget(last)
    code = await worker.stop()
    p95 = percentile(seconds, 95)
    return [
        exactly("cancelled, without file and checkpoint", stage.size.cancels, _clean(states)),
        told("came too late and were asked for again", late),
        Count(
            "from the call to nothing left of it, p95",
            f"at most {BAR_SECONDS:g} s",
            f"p50 {percentile(seconds, 50):.3f}, p95 {p95:.3f}, max {max(seconds):.3f} s",
            p95 <= BAR_SECONDS,
            timed=True,
        ),
        exactly("the export after them is right", True, right),
        exactly("exit code of the worker", 0, code),
        (await site.left()).count(),
    ]


async def _length(site: Site) -> float:
    """How long an export takes once its worker is there."""
    lengths = []
    for _ in range(2):
        began = time.monotonic()
        await site.forget(await site.until(await site.ask(), "completed"))
        lengths.append(time.monotonic() - began)
    return lengths[-1]


def _clean(states: Sequence[str]) -> int:
    return states.count("cancelled None None")


async def _cancel(site: Site, job_id: UUID) -> float | None:
    """Seconds until files, parts and the slot in the queue were free; None when it was completed before."""
    began = time.monotonic()
    try:
        await site.services.cancel_export(site.ground.story.project_id, job_id)
    except NotCancellableError:
        return None
    while await _is_left(site, job_id):
        if time.monotonic() - began > BAR_SECONDS * 20:
            raise AssertionError(f"{job_id} is cancelled and never goes away")
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
    return time.monotonic() - began


async def _is_left(site: Site, job_id: UUID) -> bool:
    prefix = f"{PREFIX}{site.ground.story.project_id}/{job_id}/"
    async with site.services.sessions() as session:
        if await session.scalar(ENTRY, {"job_id": str(job_id)}):
            return True
    files = [one async for one in site.services.storage.files(prefix)]
    return bool(files or [one async for one in site.services.storage.unfinished(prefix)])
