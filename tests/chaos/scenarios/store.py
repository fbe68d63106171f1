"""The object store: shared by machines that share nothing else, failing, and away."""

import asyncio
import shutil
from collections.abc import Sequence

from tests.chaos.counts import Count, exactly, told
from tests.chaos.scenarios.cutting import cut_off
from tests.chaos.site import Site
from tests.chaos.stage import Stage

PERCENTS = (5.0, 20.0)
AT_ONCE = 3
CHECKPOINT_BYTES = str(1024 * 1024)


async def other_host(stage: Stage) -> Sequence[Count]:
    """A worker is killed and its machine is gone; a worker of another machine goes on."""
    async with stage.bucket(checkpoint_bytes=CHECKPOINT_BYTES) as (site, _, _):
        await site.undisturbed()
        right = resumed = 0
        for number in range(stage.size.hosts):
            one, other = (str(site.directory / f"host-{number}-{name}") for name in "ab")
            job_id = await cut_off(site, data_dir=one)
            await asyncio.to_thread(shutil.rmtree, one, ignore_errors=True)
            worker = site.hire(data_dir=other)
            job = await site.until(job_id, "completed")
            right += await site.is_right(job)
            resumed += job.resumed
            await site.forget(job)
            await worker.stop()
        return [
            exactly("exports completed on another machine and right", stage.size.hosts, right),
            exactly("of these went on from a checkpoint", stage.size.hosts, resumed),
            (await site.left()).count(),
        ]


async def store_faults(stage: Stage) -> Sequence[Count]:
    """Connections that break, answers that are lost, 500s, 503s and delays."""
    async with stage.bucket(checkpoint_bytes=CHECKPOINT_BYTES) as (site, _, proxy):
        await site.undisturbed()
        proxy.chance, proxy.requests = site.chance, []
        counts = []
        site.hire()
        for percent in PERCENTS:
            proxy.struck.clear()
            proxy.requests.clear()
            proxy.percent = percent
            right, put_off = await _export(site, stage.size.faulty)
            proxy.percent = 0
            counts += [
                exactly(
                    f"{percent:g} % of requests fail: exports completed and right", stage.size.faulty, right
                ),
                told(
                    "requests; faults; exports put off",
                    f"{len(proxy.requests)}; {len(proxy.struck)}; {put_off}",
                ),
            ]
        await site.leave()
        return [*counts, (await site.left()).count()]


async def _export(site: Site, number: int) -> tuple[int, int]:
    """Export so many times, some at once; how many files were right, and how often an export was put off."""
    right = put_off = 0
    for first in range(0, number, AT_ONCE):
        jobs = [await site.ask(person) for person in range(min(AT_ONCE, number - first))]
        for job_id in jobs:
            job = await site.until(job_id, "completed")
            put_off += job.retries
            right += await site.is_right(job)
            await site.forget(job)
    return right, put_off


async def store_away(stage: Stage) -> Sequence[Count]:
    """Nobody reaches the store for a while, in the middle of exports."""
    async with stage.bucket(checkpoint_bytes=CHECKPOINT_BYTES) as (site, _, proxy):
        await site.undisturbed()
        site.hire()
        jobs = [await site.ask(person) for person in range(AT_ONCE)]
        await site.until(jobs[0], "processing")
        await asyncio.sleep(site.chance.uniform(0, 0.3))
        proxy.down = True
        site.note("the store is away")
        await asyncio.sleep(stage.size.store_away_seconds)
        proxy.down = False
        site.note("the store is back")
        done = [await site.until(job_id, "completed") for job_id in jobs]
        right = [await site.is_right(job) for job in done]
        for job in done:
            await site.forget(job)
        codes = await site.leave()
        return [
            told("seconds away", f"{stage.size.store_away_seconds:g}"),
            exactly("exports completed and right", AT_ONCE, sum(right)),
            told("times that they were put off", sum(job.retries for job in done)),
            exactly("attempts of each", [1] * AT_ONCE, [job.attempt for job in done]),
            exactly("exit codes", [0], codes),
            (await site.left()).count(),
        ]
