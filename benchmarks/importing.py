"""The product the other way: from the commit that hands a file to the queue to the rows that are stored."""

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

from benchmarks.child import Measured
from benchmarks.databases import Dataset
from benchmarks.memory import peak_bytes, reset_peak, resident_bytes
from benchmarks.processes import worker
from benchmarks.processor import cpu_seconds
from benchmarks.product import LIMIT_SECONDS, listening
from storyarn_export.bootstrap import Services
from storyarn_export.db.models import ExportJob, ImportJob
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.domain.lifecycle import ENDED_IMPORTS, ImportStatus

PIECE_BYTES = 256 * 1024


class Importer:
    """Brings files as the API does, and hears of them as it does.

    Args:
        services: of this process.
        dataset: its project takes the files.
        notices: one item for each change of any job.
    """

    def __init__(self, services: Services, dataset: Dataset, notices: asyncio.Queue[UUID]) -> None:
        self._services = services
        self._dataset = dataset
        self._notices = notices

    async def bring(self, document: Path) -> ImportJob:
        """Store a file and have it looked at; the import that is ready then."""
        received = await self._services.imports.receive(
            project_id=self._dataset.project_id,
            user_id=self._dataset.owner_id,
            filename=document.name,
            content=_pieces(document),
        )
        return await self._until(received.job.id, ImportStatus.READY)

    async def execute(self, job_id: UUID) -> float:
        """Have a worker store the rows; seconds from before the commit to hearing that it is completed."""
        begin = time.perf_counter()
        inline = await self._services.imports.request(
            project_id=self._dataset.project_id,
            job_id=job_id,
            user_id=self._dataset.owner_id,
            resolution=ConflictResolution.SKIP,
        )
        if inline:
            raise RuntimeError(f"{self._dataset.label} is too small for the queue")
        job = await self._until(job_id, ImportStatus.COMPLETED)
        seconds = time.perf_counter() - begin
        await self._discard(job)
        return seconds

    async def _until(self, job_id: UUID, wanted: ImportStatus) -> ImportJob:
        async with asyncio.timeout(LIMIT_SECONDS):
            while (job := await self._job(job_id)).status != wanted:
                if job.status in ENDED_IMPORTS:
                    raise RuntimeError(f"import {job_id} ended {job.status}: {job.error_code}")
                await self._notices.get()
        return job

    async def _job(self, job_id: UUID) -> ImportJob:
        async with self._services.sessions() as session:
            return await session.get_one(ImportJob, job_id)

    async def _discard(self, job: ImportJob) -> None:
        """Remove what the import keeps: its file, and the project as it was before."""
        keys = [job.source_key]
        if job.undo_job_id is not None:
            async with self._services.sessions() as session:
                keys.append((await session.get_one(ExportJob, job.undo_job_id)).file_key)
        for key in keys:
            if key is not None:
                await self._services.storage.delete(key)


async def measure_import(dataset: Dataset, document: Path) -> Measured:
    """One import of a document into the dataset's empty project, by a worker of its own.

    Its peak is that of looking at the file and of storing the rows; seconds and processor time are of storing alone.
    """
    with worker(dataset) as pid:
        idle = resident_bytes(pid)
        reset_peak(pid)
        async with listening(dataset) as (services, notices):
            importer = Importer(services, dataset, notices)
            job = await importer.bring(document)
            cpu_begin = cpu_seconds(pid)
            seconds = await importer.execute(job.id)
            spent = cpu_seconds(pid) - cpu_begin
        return Measured(seconds, spent, job.source_size or 0, idle, peak_bytes(pid))


async def _pieces(document: Path) -> AsyncIterator[bytes]:
    with document.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            yield piece
