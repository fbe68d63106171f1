"""The product: from the commit that makes the job to the file that is stored."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import asyncpg
import orjson

from benchmarks.child import Measured
from benchmarks.databases import Dataset, settings_for
from benchmarks.memory import peak_bytes, reset_peak, resident_bytes
from benchmarks.processes import worker
from benchmarks.processor import cpu_seconds
from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.models import ExportJob
from storyarn_export.db.urls import plain_url
from storyarn_export.domain.lifecycle import TERMINAL, JobStatus
from storyarn_export.domain.options import ExportOptions
from storyarn_export.progress.change import CHANNEL

LIMIT_SECONDS = 1800
MAX_PENDING_NOTICES = 1000
OPTIONS = ExportOptions(validate_before_export=False)


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


@dataclass(frozen=True, slots=True)
class Asked:
    """Exports that were asked for in one transaction.

    Attributes:
        begin: reading of `perf_counter` before the commit.
        committed_at: the moment after it.
    """

    job_ids: Sequence[UUID]
    begin: float
    committed_at: datetime


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
        asked = await self.ask([OPTIONS], project_id)
        job = await self.finished(asked.job_ids)
        seconds = time.perf_counter() - asked.begin
        if job.started_at is None:
            raise RuntimeError(f"export {job.id} is completed and has not begun")
        picked_up_seconds = (job.started_at - asked.committed_at).total_seconds()
        return Exported(seconds, picked_up_seconds, await self.discard(job))

    async def save(self, target: Path) -> None:
        """Export the dataset's project into a file."""
        job = await self.finished((await self.ask([OPTIONS])).job_ids)
        with target.open("wb") as file:
            async for piece in self._services.storage.open_read(job.file_key or ""):
                file.write(piece)
        await self.discard(job)

    async def ask(self, wanted: Sequence[ExportOptions], project_id: int | None = None) -> Asked:
        """Put exports into the queue with one commit.

        Args:
            wanted: options of each; equal ones would be one export.
            project_id: another one than the dataset's.
        """
        async with self._services.sessions() as session:
            requested = [
                await self._services.request_export(
                    session,
                    user_id=self._dataset.owner_id,
                    project_id=project_id or self._dataset.project_id,
                    format_name="storyarn",
                    options=options,
                    prefer_async=True,
                )
                for options in wanted
            ]
            begin = time.perf_counter()
            await session.commit()
        return Asked([UUID(str(one.job.id)) for one in requested], begin, datetime.now(UTC))

    async def finished(self, job_ids: Collection[UUID]) -> ExportJob:
        """The next of these jobs that is completed.

        Raises:
            RuntimeError: one ended otherwise.
            TimeoutError: none ended within LIMIT_SECONDS.
        """
        async with asyncio.timeout(LIMIT_SECONDS):
            while True:
                job_id = await self._notices.get()
                if job_id not in job_ids:
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
    async with listening(dataset) as (services, notices):
        yield Client(services, dataset, notices)


@asynccontextmanager
async def listening(dataset: Dataset) -> AsyncIterator[tuple[Services, asyncio.Queue[UUID]]]:
    """Services on this database, and the jobs that change meanwhile, one item for each change."""
    notices: asyncio.Queue[UUID] = asyncio.Queue(MAX_PENDING_NOTICES)

    def heard(_connection: object, _pid: int, _channel: str, payload: object) -> None:
        notices.put_nowait(UUID(orjson.loads(str(payload))["job"]))

    settings = settings_for(dataset.url, dataset.variables)
    async with open_services(settings, database_url=dataset.url, role="cli") as services:
        listener = await asyncpg.connect(plain_url(dataset.url))
        try:
            await listener.add_listener(CHANNEL, heard)
            yield services, notices
        finally:
            await listener.close()


@dataclass(frozen=True, slots=True)
class Service:
    """A worker process and who asks it for exports.

    Attributes:
        worker_pid: the only worker of the dataset's queue.
        idle_bytes: its size before its first export.
    """

    dataset: Dataset
    asking: Client
    worker_pid: int
    idle_bytes: int

    async def measure(self) -> Measured:
        """One export with the peak of the worker that ran it."""
        reset_peak(self.worker_pid)
        cpu_begin = cpu_seconds(self.worker_pid)
        exported = await self.asking.export()
        spent = cpu_seconds(self.worker_pid) - cpu_begin
        peak = peak_bytes(self.worker_pid)
        return Measured(exported.seconds, spent, exported.file_bytes, self.idle_bytes, peak)


@asynccontextmanager
async def service(dataset: Dataset) -> AsyncIterator[Service]:
    """A worker on this database, as in service, while the block lasts."""
    with worker(dataset) as pid:
        idle = resident_bytes(pid)
        async with client(dataset) as asking:
            yield Service(dataset, asking, pid, idle)
