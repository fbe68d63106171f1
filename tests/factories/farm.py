"""Worker processes of the test's own, and jobs for them."""

import asyncio
import os
import random
import re
import signal
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, text

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.models import ExportJob
from storyarn_export.domain.options import ExportOptions
from storyarn_export.settings import load_settings
from tests.factories.outages import eventually
from tests.factories.program import Program

ENTITIES = 60_000
END_SECONDS = 60.0
# After a checkpoint, until a worker is killed.
MOMENT_SECONDS = 0.2
MEBIBYTE = 1024 * 1024
EXPORTED_AT = re.compile(rb'"exported_at":"[^"]*"')
LEFT = """
SELECT count(*) FILTER (WHERE status = 'doing') FROM procrastinate_jobs
"""


@dataclass
class Farm:
    """A project, and workers that come and go."""

    services: Services
    program: Program
    project_id: int
    owner_id: int
    storage: Path
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def hire(
        self, settings: Mapping[str, str] | None = None, *, queues: str = "exports"
    ) -> subprocess.Popen[str]:
        """Start a worker; `settings` are environment variables of its own."""
        worker = self.program.having(settings or {}).work("worker", "--queues", queues)
        self.workers.append(worker)
        return worker

    async def ask(self, options: ExportOptions | None = None, *, at: datetime | None = None) -> UUID:
        """Ask for an export; with `at` as if it had been at that time, which stands in its document."""
        async with self.services.sessions.begin() as session:
            requested = await self.services.request_export(
                session,
                user_id=self.owner_id,
                project_id=self.project_id,
                format_name="storyarn",
                options=options or ExportOptions(),
                prefer_async=True,
            )
            if at is not None:
                requested.job.created_at = at
            return UUID(str(requested.job.id))

    async def job(self, job_id: UUID) -> ExportJob:
        async with self.services.sessions() as session:
            return (await session.scalars(select(ExportJob).where(ExportJob.id == job_id))).one()

    async def until(self, job_id: UUID, *statuses: str) -> ExportJob:
        async def there() -> bool:
            return (await self.job(job_id)).status in statuses

        await eventually(there, within_seconds=END_SECONDS)
        return await self.job(job_id)

    async def until_checkpoint(self, job_id: UUID) -> None:
        async def there() -> bool:
            return "upload" in ((await self.job(job_id)).checkpoint or {})

        await eventually(there, within_seconds=END_SECONDS)

    async def kill_at_checkpoints(
        self,
        job_id: UUID,
        worker: subprocess.Popen[str],
        *,
        kills: int,
        chance: random.Random,
        queues: str = "exports",
        moment_seconds: float = MOMENT_SECONDS,
    ) -> int:
        """Kill whoever works on a job some moment after a further checkpoint, and hire another, again and again.

        Returns:
            How often the job was killed before it was over.
        """
        size_bytes = attempt = 0

        async def further() -> bool:
            job = await self.job(job_id)
            if job.status == "processing":
                return job.attempt > attempt and (job.checkpoint or {}).get("size_bytes", 0) > size_bytes
            return job.status != "pending"

        for killed in range(kills):
            await eventually(further, within_seconds=END_SECONDS)
            await asyncio.sleep(chance.uniform(0, moment_seconds))
            worker.send_signal(signal.SIGKILL)
            worker.wait()
            job = await self.job(job_id)
            if job.status != "processing":
                return killed
            # What it has done in its last moments counts, too.
            size_bytes, attempt = (job.checkpoint or {}).get("size_bytes", 0), job.attempt
            worker = self.hire(queues=queues)
        return kills

    def content(self, job: ExportJob) -> bytes:
        return (self.storage / str(job.file_key)).read_bytes()

    def files(self) -> list[str]:
        # Not `rglob`: directories go while they are looked at.
        found = (Path(directory, name) for directory, _, names in os.walk(self.storage) for name in names)
        return sorted(str(path.relative_to(self.storage)) for path in found)

    async def doing(self) -> int:
        async with self.services.sessions() as session:
            return int(await session.scalar(text(LEFT)) or 0)


@asynccontextmanager
async def open_farm(
    database_url: str, directory: Path, *, entities: int = ENTITIES, settings: Mapping[str, str] | None = None
) -> AsyncIterator[Farm]:
    """A farm with one synthetic project and no worker yet; its workers die with the block.

    Args:
        database_url: of the test's database.
        directory: of everything that the workers keep.
        entities: size of the project.
        settings: environment variables of the workers beside those of every farm.
    """
    program = Program(
        directory,
        {
            "STORYARN_DATABASE_URL": database_url,
            "STORYARN_DATA_DIR": str(directory / "data"),
            "STORYARN_CHECKPOINT_BYTES": str(MEBIBYTE),
            "STORYARN_HEARTBEAT_SECONDS": "0.5",
            "STORYARN_STALLED_AFTER_SECONDS": "2",
            "STORYARN_SHUTDOWN_SECONDS": "1",
            **(settings or {}),
        },
    )
    seeded = program.run("projects", "seed", "--entities", str(entities), "--json").json
    made_of = load_settings(data_dir=directory / "data")
    async with open_services(made_of, database_url=database_url, role="tests") as services:
        async with services.sessions() as session:
            owner = await session.scalar(text("SELECT owner_id FROM projects LIMIT 1"))
        farm = Farm(services, program, int(seeded["project_id"]), int(owner or 0), made_of.local_storage_dir)
        try:
            yield farm
        finally:
            for worker in farm.workers:
                worker.kill()
                worker.communicate()


def normal(content: bytes) -> bytes:
    """A document without the one thing in which exports of one state differ."""
    return EXPORTED_AT.sub(b"", content, count=1)
