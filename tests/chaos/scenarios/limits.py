"""More exports than may run at a time, and two processes to run them."""

import asyncio
from collections.abc import Sequence

from sqlalchemy import text

from tests.chaos.counts import Count, exactly, told
from tests.chaos.stage import Stage

LIMIT = 3
PROCESSES = 2
LOOK_AGAIN_SECONDS = 0.01
RUNNING = text("SELECT count(*) FROM export_jobs WHERE status = 'processing'")


async def limits(stage: Stage) -> Sequence[Count]:
    """Everybody waits for their turn, and everybody has it."""
    async with stage.site(export_concurrency=str(LIMIT)) as site:
        await site.undisturbed()
        seen: list[int] = []

        async def watch() -> None:
            while True:
                async with site.services.sessions() as session:
                    seen.append(int(await session.scalar(RUNNING) or 0))
                await asyncio.sleep(LOOK_AGAIN_SECONDS)

        watching = asyncio.create_task(watch())
        for _ in range(PROCESSES):
            site.hire()
        jobs = [await site.ask(person) for person in range(stage.size.queued)]
        done = [await site.until(job_id, "completed") for job_id in jobs]
        watching.cancel()
        await asyncio.wait((watching,))
        right = [await site.is_right(job) for job in done]
        for job in done:
            await site.forget(job)
        await site.leave()
        return [
            told("exports; worker processes; looks", f"{len(jobs)}; {PROCESSES}; {len(seen)}"),
            Count("ran at once at most", f"at most {LIMIT}", str(max(seen)), max(seen) <= LIMIT),
            exactly("completed and right", len(jobs), sum(right)),
            exactly("attempts of each", {1}, {job.attempt for job in done}),
            (await site.left()).count(),
        ]
