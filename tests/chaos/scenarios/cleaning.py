"""The clean-up with its clock moved, killed while it works, and made again."""

import asyncio
import sys
from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import text

from storyarn_export.exports.sweep import job_prefix
from tests.chaos import cleaner
from tests.chaos.counts import Count, exactly, told
from tests.chaos.left import PREFIX
from tests.chaos.process import Running
from tests.chaos.scenarios.cutting import MAX_TRIES, TOO_QUICK
from tests.chaos.site import Site
from tests.chaos.stage import Stage

# As a script: it needs nothing of the tests.
CLEANER = (sys.executable, "-P", cleaner.__file__, "26")
ABANDONED = 10
COPY = text("""
INSERT INTO export_jobs
SELECT (jsonb_populate_record(job, jsonb_build_object('id', one.id, 'file_key', one.key))).*
FROM export_jobs AS job, unnest(CAST(:ids AS uuid[]), CAST(:keys AS text[])) AS one (id, key)
WHERE job.id = :job_id
""")
NOT_REMOVED = text("SELECT count(*) FROM export_jobs WHERE status = 'completed' AND file_removed_at IS NULL")


async def clean_up(stage: Stage) -> Sequence[Count]:
    """Expired files and abandoned uploads go; what is being written stays."""
    async with stage.site(checkpoint_bytes=str(256 * 1024)) as site:
        await site.undisturbed()
        await site.undisturbed(small=True)
        await _expire(site, stage.size.expired)
        await _abandon(site)
        worker = await _at_work(site)
        interrupted = 0
        for _ in range(stage.size.interruptions * MAX_TRIES):
            if interrupted == stage.size.interruptions:
                break
            interrupted += await _interrupt(site)
        halfway = await _files(site)
        await _clean(site)
        cleaned = await _files(site)
        await _clean(site)
        async with site.services.sessions() as session:
            unmarked = await session.scalar(NOT_REMOVED)
            live = await session.scalar(text("SELECT id FROM export_jobs WHERE status = 'processing'"))
        worker.thaw()
        job = await site.until(live, "completed")
        right = await site.is_right(job)
        await site.forget(job)
        await site.leave()
        return [
            exactly("clean-ups that were killed at work", stage.size.interruptions, interrupted),
            told("files and uploads before; after the last kill", f"{_made(stage)}; {halfway}"),
            exactly("files and uploads after a whole clean-up, the one being written apart", 0, cleaned - 1),
            exactly("expired exports that do not say so", 0, unmarked),
            exactly(
                "the export that was being written is right", "completed, True", f"{job.status}, {right}"
            ),
            told("its attempts; what else it says", f"{job.attempt}; {job.error_code} {job.error_message}"),
            (await site.left()).count(),
        ]


def _made(stage: Stage) -> int:
    return stage.size.expired + ABANDONED + 2


async def _expire(site: Site, number: int) -> None:
    """Completed exports with files, as many as that."""
    worker = site.hire()
    job = await site.until(await site.ask(small=True), "completed")
    await worker.stop()
    ids = [uuid4() for _ in range(number)]
    keys = [f"{job_prefix(job.project_id, one)}copy.storyarn.json" for one in ids]
    async with site.services.sessions.begin() as session:
        await session.execute(COPY, {"ids": ids, "keys": keys, "job_id": job.id})

    async def put(key: str) -> None:
        async with await site.services.storage.create(key) as upload:
            await upload.write(b"{}")
            await upload.seal()
            await upload.publish()

    await asyncio.gather(*map(put, keys))


async def _abandon(site: Site) -> None:
    """Uploads of exports that nobody knows of."""
    for _ in range(ABANDONED):
        key = f"{job_prefix(site.ground.story.project_id, uuid4())}lost.storyarn.json"
        async with await site.services.storage.create(key) as upload:
            await upload.write(b"{}")
            await (await upload.mark())


async def _at_work(site: Site) -> Running:
    """A worker that is frozen while it writes."""
    worker = site.hire()
    for _ in range(MAX_TRIES):
        job_id = await site.ask()
        await site.until_checkpoint(job_id)
        worker.freeze()
        job = await site.job(job_id)
        if job.status == "processing":
            return worker
        worker.thaw()
        await site.forget(await site.until(job_id, "completed"))
    raise AssertionError(TOO_QUICK)


async def _interrupt(site: Site) -> bool:
    """Kill a clean-up at some moment; whether it was at work still."""
    before = await _files(site)
    enough = before - site.chance.randint(1, max(1, before // 4))
    cleaning = site.start(*CLEANER)

    async def has_removed_enough() -> bool:
        return await _files(site) <= enough or not cleaning.alive

    await site.eventually("the clean-up is at work", has_removed_enough)
    at_work = cleaning.alive
    await cleaning.kill()
    left = await _files(site)
    site.note(f"the clean-up was killed after {before - left} of {before}")
    return at_work and left > 1


async def _clean(site: Site) -> None:
    cleaning = site.start(*CLEANER)
    code = await asyncio.to_thread(cleaning.process.wait)
    if code:
        raise AssertionError(f"the clean-up ended with {code}: {cleaning.tail()}")


async def _files(site: Site) -> int:
    """Files and uploads that are there."""
    storage = site.services.storage
    files = [one async for one in storage.files(PREFIX)]
    return len(files) + len([one async for one in storage.unfinished(PREFIX)])
