"""Exports in the middle of their run."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from sqlalchemy import text

from tests.chaos.site import Site

MAX_TRIES = 10
TOO_QUICK = "exports are too quick here to be caught at work"
LATEST_SECONDS = 0.2
LAST_SECTION = text("LOCK TABLE assets IN ACCESS EXCLUSIVE MODE")


@asynccontextmanager
async def held(site: Site, number: int) -> AsyncIterator[list[UUID]]:
    """So many exports under way, which wait for a lock in their last section while the block lasts."""
    for _ in range(MAX_TRIES):
        jobs = [await site.ask(person) for person in range(number)]

        async def none_waits(jobs: Sequence[UUID] = jobs) -> bool:
            return all([(await site.job(job_id)).status != "pending" for job_id in jobs])

        await site.eventually(f"{number} exports run", none_waits)
        async with site.services.engine.begin() as holding:
            await holding.execute(LAST_SECTION)
            if all([(await site.job(job_id)).status == "processing" for job_id in jobs]):
                yield jobs
                return
        for job_id in jobs:
            await site.forget(await site.until(job_id, "completed"))
    raise AssertionError(TOO_QUICK)


async def cut_off(site: Site, person: int = 0, **settings: str) -> UUID:
    """An export whose worker was killed at some moment after its first checkpoint.

    Args:
        site: where.
        person: who asked.
        settings: of the worker.
    """
    for _ in range(MAX_TRIES):
        worker = site.hire(**settings)
        job_id = await site.ask(person)
        await site.until_checkpoint(job_id)
        await asyncio.sleep(site.chance.uniform(0, LATEST_SECONDS))
        await worker.kill()
        job = await site.job(job_id)
        site.note(f"{worker.log.name} was killed when {job_id} was {job.status}")
        if job.status == "processing":
            return job_id
        await site.forget(job)
    raise AssertionError(TOO_QUICK)
