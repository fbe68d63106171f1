"""What a worker process does."""

import asyncio
import gc
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from storyarn_export.bootstrap import Services
from storyarn_export.exports.cleaned import CleanedUp
from storyarn_export.queueing.queue import IMPORTS, MAINTENANCE
from storyarn_export.telemetry.process import WorkerMeter
from storyarn_export.worker.cron import keep_cleaning
from storyarn_export.worker.observed import ObservedRuns, metered, observed
from storyarn_export.worker.rescue import keep_rescuing
from storyarn_export.worker.supervisor import Supervisor
from storyarn_export.worker.tasks import register_clean_up, register_tasks, register_verification

# New containers before Python looks for cycles: several batches full, where its default is a few rows.
GC_THRESHOLDS = (100_000, 10, 10)


async def serve_worker(services: Services, queues: Sequence[str], *, stop: asyncio.Event) -> None:
    """Run queued jobs until told to stop; running ones then end or are handed back.

    Args:
        services: the use cases and what they stand on.
        queues: which queues to work on.
        stop: set to stop; the command sets it on SIGTERM and SIGINT.
    """
    settings = services.settings
    meter = WorkerMeter(queues)
    register_tasks(
        services.queue.app,
        run_export=ObservedRuns(
            services.run_export, sessions=services.sessions, tracing=services.tracing, meter=meter
        ),
        run_import=metered(services.imports.run, IMPORTS, meter),
    )

    async def clean_up(now: datetime) -> CleanedUp:
        with meter.running(MAINTENANCE):
            return await services.clean_up(now)

    async def rescue() -> None:
        await services.rescue_exports()
        await services.imports.rescue()
        await services.verifications.rescue()

    async def reach() -> None:
        async with services.sessions() as session:
            await session.execute(select(1))

    register_clean_up(services.queue.app, clean_up)
    register_verification(services.queue.app, metered(services.verifications.run, MAINTENANCE, meter))
    supervisor = Supervisor(
        services.queue.app,
        # One process alone may fill all places.
        concurrency={queue: services.queue.limits[queue] for queue in queues},
        shutdown_seconds=settings.shutdown_seconds,
        heartbeat_seconds=settings.heartbeat_seconds,
        stalled_after_seconds=settings.stalled_after_seconds,
    )
    # What is loaded by now stays for good, and what a run parses is gone with its batch: collections find nothing.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    async with observed(services, meter), asyncio.TaskGroup() as parts:
        parts.create_task(supervisor.run(stop), name="supervisor")
        parts.create_task(
            keep_rescuing(
                rescue,
                reach=reach,
                stalled_after_seconds=settings.stalled_after_seconds,
                stop=stop,
            ),
            name="rescue",
        )
        if MAINTENANCE in queues:
            parts.create_task(keep_cleaning(services.queue_clean_up, stop=stop), name="cron")
