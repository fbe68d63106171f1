"""Workers that a job kills, that freeze and wake up again, and that are told to stop."""

import asyncio
import signal
import time
from collections.abc import Sequence
from uuid import UUID

from storyarn_export.domain.options import ExportOptions
from tests.chaos.counts import Count, at_most, exactly, told
from tests.chaos.process import Running
from tests.chaos.scenarios.cutting import MAX_TRIES, TOO_QUICK, held
from tests.chaos.site import Site
from tests.chaos.stage import Stage

MEBIBYTE = 1024 * 1024
OTHERS = 3
EXIT_SECONDS = 20.0
# Another export than those of the others, so that it is known who runs it.
PRETTY = ExportOptions(validate_before_export=False, pretty_print=True)


async def poison(stage: Stage) -> Sequence[Count]:
    """An export kills every worker that begins it."""
    async with stage.site(export_concurrency="1", checkpoint_bytes=str(MEBIBYTE)) as site:
        await site.undisturbed()
        bad = await site.ask(0, options=PRETTY)
        killed = 0
        for attempt in (1, 2):
            victim = site.hire()

            async def begun(attempt: int = attempt) -> bool:
                job = await site.job(bad)
                return job.attempt >= attempt and job.status == "processing"

            await site.eventually(f"attempt {attempt} begins", begun)
            await victim.kill()
            killed += 1
        site.hire()
        others = [await site.ask(person) for person in range(1, 1 + OTHERS)]
        done = [await site.until(job_id, "completed") for job_id in others]
        right = [await site.is_right(job) for job in done]
        job = await site.until(bad, "failed")
        for one in done:
            await site.forget(one)
        await site.leave()
        return [
            exactly("workers killed until it was given up", 2, killed),
            exactly(
                "status, code, attempts",
                "failed, worker-died, 2",
                f"{job.status}, {job.error_code}, {job.attempt}",
            ),
            exactly("other exports completed and right meanwhile", OTHERS, sum(right)),
            (await site.left()).count(),
        ]


async def zombie(stage: Stage) -> Sequence[Count]:
    """A worker freezes, is taken for dead, and wakes up when its successor is done, or while it writes."""
    async with stage.site(checkpoint_bytes=str(MEBIBYTE)) as site:
        await site.undisturbed()
        right, alive = 0, 0
        for number in range(stage.size.zombies):
            frozen, job_id = await _freeze_one(site)
            successor = site.hire()
            if number % 2:

                async def taken_over(job_id: UUID = job_id) -> bool:
                    return (await site.job(job_id)).attempt > 1

                await site.eventually("another run has begun", taken_over)
                frozen.thaw()
            job = await site.until(job_id, "completed")
            frozen.thaw()

            async def refused(frozen: Running = frozen) -> bool:
                return any(frozen.records("export superseded"))

            await site.eventually("the zombie hears that it is superseded", refused)
            alive += frozen.alive
            right += await site.is_right(job)
            await site.forget(job)
            await asyncio.gather(frozen.stop(), successor.stop())
        return [
            exactly("zombies whose writes were refused, and who lived on", stage.size.zombies, alive),
            exactly("files of successors equal to the undisturbed one", stage.size.zombies, right),
            (await site.left()).count(),
        ]


async def _freeze_one(site: Site) -> tuple[Running, UUID]:
    """A worker that is frozen in the middle of an export."""
    worker = site.hire()
    for _ in range(MAX_TRIES):
        job_id = await site.ask()
        await site.until(job_id, "processing")
        await asyncio.sleep(site.chance.uniform(0, 0.2))
        worker.freeze()
        site.note(f"{worker.log.name} is frozen")
        if (await site.job(job_id)).status == "processing":
            return worker, job_id
        worker.thaw()
        await site.forget(await site.until(job_id, "completed"))
    raise AssertionError(TOO_QUICK)


async def deploy(stage: Stage) -> Sequence[Count]:
    """SIGTERM while three exports run that cannot end in time."""
    async with stage.site(checkpoint_bytes=str(MEBIBYTE)) as site:
        await site.undisturbed()
        leaving = site.hire()
        async with held(site, 3) as jobs:
            began = time.monotonic()
            leaving.process.send_signal(signal.SIGTERM)
            code = await asyncio.to_thread(leaving.process.wait, EXIT_SECONDS * 2)
            seconds = time.monotonic() - began
            handed_back = [(await site.job(job_id)).status for job_id in jobs].count("pending")
        site.hire()
        done = [await site.until(job_id, "completed") for job_id in jobs]
        right = [await site.is_right(job) for job in done]
        for job in done:
            await site.forget(job)
        await site.leave()
        return [
            exactly("exit code", 0, code),
            at_most("time until it was gone", EXIT_SECONDS, [seconds], "s", timed=True),
            exactly("exports handed back", 3, handed_back),
            exactly("completed elsewhere and right", 3, sum(right)),
            exactly("attempts of each", [1, 1, 1], [job.attempt for job in done]),
            told("of these went on from a checkpoint", sum(job.resumed for job in done)),
            (await site.left()).count(),
        ]
