"""The product: from the commit that makes the job to the file that is stored."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import orjson

from benchmarks.child import Measured
from benchmarks.databases import Dataset, settings_for
from benchmarks.memory import peak_bytes, reset_peak
from benchmarks.processor import cpu_seconds
from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.models import ExportJob
from storyarn_export.db.urls import plain_url
from storyarn_export.domain.lifecycle import TERMINAL, JobStatus
from storyarn_export.domain.options import ExportOptions
from storyarn_export.progress.change import CHANNEL

LIMIT_SECONDS = 1800
MAX_PENDING_NOTICES = 1000


@dataclass(frozen=True, slots=True)
class Exported:
    """One export that went through the queue.

    Attributes:
        seconds: from before the commit of the job to hearing that it is completed.
        picked_up_seconds: from the commit to the start of the run.
    """

    seconds: float
    picked_up_seconds: float
    file_bytes: int


class Client:
    """Asks for exports as the API does, and hears of them as it does.

    Args:
        services: of this process.
        notices: one item for each change of any job.
    """

    def __init__(self, services: Services, dataset: Dataset, notices: asyncio.Queue[UUID]) -> None:
        self._services = services
        self._dataset = dataset
        self._notices = notices

    async def export(self, project_id: int | None = None) -> Exported:
        """Export a project through the queue, check what came of it, and remove the file.

        Args:
            project_id: another one than the dataset's.
        """
        async with self._services.sessions() as session:
            requested = await self._services.request_export(
                session,
                user_id=self._dataset.owner_id,
                project_id=project_id or self._dataset.project_id,
                format_name="storyarn",
                options=ExportOptions(validate_before_export=False),
                prefer_async=True,
            )
            begin = time.perf_counter()
            await session.commit()
        committed_at = datetime.now(UTC)
        job = await self.finished(requested.job.id)
        seconds = time.perf_counter() - begin
        if job.started_at is None:
            raise RuntimeError(f"export {job.id} is completed and has not begun")
        return Exported(seconds, (job.started_at - committed_at).total_seconds(), await self.discard(job))

    async def finished(self, job_id: UUID) -> ExportJob:
        """The job once it is completed.

        Raises:
            RuntimeError: it ended otherwise.
            TimeoutError: it did not end within LIMIT_SECONDS.
        """
        async with asyncio.timeout(LIMIT_SECONDS):
            while True:
                if await self._notices.get() != job_id:
                    continue
                async with self._services.sessions() as session:
                    job = await session.get_one(ExportJob, job_id)
                if job.status in TERMINAL:
                    break
        if job.status != JobStatus.COMPLETED or job.entities_processed != job.entities_total:
            raise RuntimeError(f"export {job_id} ended {job.status}: {job.error_code} {job.error_message}")
        return job

    async def discard(self, job: ExportJob) -> int:
        """Remove the job's file; how large it was."""
        size = await self._services.storage.size(job.file_key or "")
        if size is None or size != job.file_size:
            raise RuntimeError(f"export {job.id} says {job.file_size} bytes and has {size}")
        await self._services.storage.delete(job.file_key or "")
        return size


@asynccontextmanager
async def client(dataset: Dataset) -> AsyncIterator[Client]:
    """A client of this database."""
    notices: asyncio.Queue[UUID] = asyncio.Queue(MAX_PENDING_NOTICES)

    def heard(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        notices.put_nowait(UUID(orjson.loads(str(payload))["job"]))

    settings = settings_for(dataset.url)
    async with open_services(settings, database_url=dataset.url, role="cli") as services:
        listener = await asyncpg.connect(plain_url(dataset.url))
        try:
            await listener.add_listener(CHANNEL, heard)
            yield Client(services, dataset, notices)
        finally:
            await listener.close()


async def measure_export(asking: Client, worker_pid: int, idle_bytes: int) -> Measured:
    """One export with the peak of the worker that ran it.

    Args:
        asking: who asks.
        worker_pid: the only worker there is.
        idle_bytes: its size before its first export.
    """
    reset_peak(worker_pid)
    cpu_begin = cpu_seconds(worker_pid)
    exported = await asking.export()
    spent = cpu_seconds(worker_pid) - cpu_begin
    return Measured(exported.seconds, spent, exported.file_bytes, idle_bytes, peak_bytes(worker_pid))
