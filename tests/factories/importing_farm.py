"""A project with content, imports into it, and workers that come and go."""

import hashlib
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import orjson
from sqlalchemy import select, text

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.models import ImportJob
from storyarn_export.domain.imports import ConflictResolution
from storyarn_export.domain.lifecycle import BUSY_IMPORTS
from storyarn_export.settings import load_settings
from tests.factories.documents_out import export_bytes
from tests.factories.outages import eventually
from tests.factories.program import Program

END_SECONDS = 90.0
# What a dead run may leave: entries that seem to run, tables of its transaction, locks that others wait for.
LEFT = text("""
SELECT (SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing')
    + (SELECT count(*) FROM pg_class WHERE relpersistence = 't' AND relkind = 'r')
    + (SELECT count(*) FROM pg_locks WHERE NOT granted)
""")
# The connection of the run, not that of a waiting one.
KILL = text("""
SELECT pg_terminate_backend(pid)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'storyarn-worker-bulk' AND xact_start IS NOT NULL
""")


@dataclass
class ImportFarm:
    """See above."""

    services: Services
    program: Program
    project_id: int
    owner_id: int
    storage: Path
    workers: list[subprocess.Popen[str]] = field(default_factory=list)

    def hire(self) -> subprocess.Popen[str]:
        worker = self.program.work("worker", "--queues", "imports")
        self.workers.append(worker)
        return worker

    async def bring(self, content: bytes) -> UUID:
        async def pieces() -> AsyncIterator[bytes]:
            yield content

        received = await self.services.imports.receive(
            project_id=self.project_id, user_id=self.owner_id, filename="tale.json", content=pieces()
        )
        return received.job.id

    async def execute(self, job_id: UUID, resolution: ConflictResolution = ConflictResolution.SKIP) -> bool:
        return await self.services.imports.request(
            project_id=self.project_id, job_id=job_id, user_id=self.owner_id, resolution=resolution
        )

    async def job(self, job_id: UUID) -> ImportJob:
        async with self.services.sessions() as session:
            return (await session.scalars(select(ImportJob).where(ImportJob.id == job_id))).one()

    async def until(self, job_id: UUID, *statuses: str) -> ImportJob:
        async def there() -> bool:
            return (await self.job(job_id)).status in statuses

        await eventually(there, within_seconds=END_SECONDS)
        return await self.job(job_id)

    async def until_idle(self, job_id: UUID) -> ImportJob:
        async def idle() -> bool:
            return (await self.job(job_id)).status not in BUSY_IMPORTS

        await eventually(idle, within_seconds=END_SECONDS)
        return await self.job(job_id)

    async def kill_connection(self) -> int:
        async with self.services.sessions() as session:
            return len((await session.scalars(KILL)).all())

    async def left(self) -> int:
        async with self.services.sessions() as session:
            return int(await session.scalar(LEFT) or 0)

    async def state(self) -> str:
        """Digest of the project as an export shows it."""
        document = orjson.loads(await export_bytes(self.services.bulk, self.project_id))
        document["exported_at"] = None
        return hashlib.sha256(orjson.dumps(document)).hexdigest()

    async def count(self) -> int:
        async with self.services.sessions() as session:
            query = "SELECT count(*) FROM sheets WHERE project_id = :project AND deleted_at IS NULL"
            return int(await session.scalar(text(query), {"project": self.project_id}) or 0)

    async def remove_imported(self) -> None:
        """Take the sheets of a long tale out of the project again."""
        async with self.services.sessions.begin() as session:
            query = "DELETE FROM sheets WHERE project_id = :project AND shortcut ~ '^s-[0-9]'"
            await session.execute(text(query), {"project": self.project_id})

    def sources(self) -> list[Path]:
        return [path for path in (self.storage / "imports").rglob("*") if path.is_file()]

    async def contents(self) -> list[str]:
        """Keys of the bytes that assets have."""
        async with self.services.sessions() as session:
            query = "SELECT content_key FROM assets WHERE content_key IS NOT NULL"
            return list((await session.scalars(text(query))).all())

    def stored_contents(self) -> list[str]:
        """Keys of the bytes of assets that are in the store, whoever has them."""
        found = (self.storage / "assets").rglob("*")
        return sorted(path.relative_to(self.storage).as_posix() for path in found if path.is_file())


@asynccontextmanager
async def import_farm(database_url: str, home: Path, *, entities: int) -> AsyncIterator[ImportFarm]:
    """A farm with a project of so many entities; its workers are killed with the block."""
    given = {
        "STORYARN_DATABASE_URL": database_url,
        "STORYARN_DATA_DIR": str(home / "data"),
        "STORYARN_HEARTBEAT_SECONDS": "0.5",
        "STORYARN_STALLED_AFTER_SECONDS": "2",
        "STORYARN_SHUTDOWN_SECONDS": "1",
        "STORYARN_PROGRESS_MIN_INTERVAL_SECONDS": "0.05",
    }
    program = Program(home, given)
    seeded = program.run("projects", "seed", "--entities", str(entities), "--json").json
    settings = load_settings(data_dir=home / "data")
    async with open_services(settings, database_url=database_url, role="tests") as services:
        async with services.sessions() as session:
            owner = await session.scalar(text("SELECT owner_id FROM projects LIMIT 1"))
        project_id = int(seeded["project_id"])
        farm = ImportFarm(services, program, project_id, int(owner or 0), settings.local_storage_dir)
        try:
            yield farm
        finally:
            for worker in farm.workers:
                worker.kill()
                worker.communicate()
