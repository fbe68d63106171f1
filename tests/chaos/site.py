"""Where a scenario happens: a database and a store of its own, and processes that come and go."""

import hashlib
import random
import re
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, text

from storyarn_export.bootstrap import Services, open_services
from storyarn_export.db.models import ExportJob
from storyarn_export.domain.options import ExportOptions
from storyarn_export.jobs.steady import steadily
from storyarn_export.settings import PREFIX, load_settings
from tests.chaos.ground import Ground
from tests.chaos.left import Left, look
from tests.chaos.process import Running
from tests.factories.outages import eventually
from tests.factories.program import PROGRAM, Program

END_SECONDS = 120.0
REMEMBERED_MOMENTS = 12
EXPORTED_AT = re.compile(rb'"exported_at":\s*"[^"]*"')
HANDS = {
    "HEARTBEAT_SECONDS": "0.5",
    "STALLED_AFTER_SECONDS": "2",
    "SHUTDOWN_SECONDS": "1",
    "PROGRESS_MIN_INTERVAL_SECONDS": "0.05",
    "LOG_FORMAT": "json",
}
"""Of all processes, so that the dead are missed soon and what is done is told."""
OVER = ("completed", "failed", "cancelled")
BUSY_PORTS = text("""
SELECT client_port FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'storyarn-worker-bulk' AND xact_start IS NOT NULL
""")


@dataclass(slots=True)
class Site:
    """Everything of one scenario.

    Attributes:
        chance: draws the moments.
        directory: of everything on disk.
        settings: of its processes, without the prefix.
        moments: what was done last, told when something goes wrong.
    """

    ground: Ground
    services: Services
    chance: random.Random
    directory: Path
    settings: Mapping[str, str]
    processes: list[Running] = field(default_factory=list)
    moments: deque[str] = field(default_factory=lambda: deque(maxlen=REMEMBERED_MOMENTS))

    def start(self, *command: str, **settings: str) -> Running:
        """A process, with these settings over the site's."""
        given = {f"{PREFIX}{name.upper()}": value for name, value in {**self.settings, **settings}.items()}
        log = self.directory / f"process-{len(self.processes)}.log"
        made = Running(Program(self.directory, given), log, *command)
        self.processes.append(made)
        return made

    def hire(self, **settings: str) -> Running:
        """A worker."""
        return self.start(*PROGRAM, "worker", "--queues", "exports", **settings)

    async def ask(
        self, person: int = 0, *, small: bool = False, options: ExportOptions | None = None
    ) -> UUID:
        """Ask for an export; different people have different ones."""
        story = self.ground.story

        async def request() -> UUID:
            async with self.services.sessions.begin() as session:
                requested = await self.services.request_export(
                    session,
                    user_id=story.people[person],
                    project_id=story.small_id if small else story.project_id,
                    format_name="storyarn",
                    options=options or ExportOptions(validate_before_export=False),
                    prefer_async=True,
                )
                return UUID(str(requested.job.id))

        return await steadily(request)

    async def job(self, job_id: UUID) -> ExportJob:
        async def read() -> ExportJob:
            async with self.services.sessions() as session:
                return (await session.scalars(select(ExportJob).where(ExportJob.id == job_id))).one()

        return await steadily(read)

    async def until(self, job_id: UUID, *statuses: str) -> ExportJob:
        """The job as soon as it is so, or else it is over."""

        async def there() -> bool:
            return (await self.job(job_id)).status in (*statuses, *OVER)

        await self.eventually(f"{job_id} is {' or '.join(statuses)}", there)
        return await self.job(job_id)

    async def until_checkpoint(self, job_id: UUID) -> ExportJob:
        """The job as soon as a run could go on with it, or else it is over."""

        async def there() -> bool:
            job = await self.job(job_id)
            return job.status in OVER or "upload" in (job.checkpoint or {})

        await self.eventually(f"{job_id} has a checkpoint", there)
        return await self.job(job_id)

    async def eventually(
        self, what: str, holds: Callable[[], Awaitable[bool]], *, within_seconds: float = END_SECONDS
    ) -> None:
        try:
            await eventually(holds, within_seconds=within_seconds)
        except AssertionError:
            raise AssertionError(f"within {within_seconds:g} s it never came true that {what}") from None

    async def busy(self) -> list[Running]:
        """Workers that are reading a project at this moment."""

        async def read() -> set[int]:
            async with self.services.sessions() as session:
                return set(await session.scalars(BUSY_PORTS))

        ports = await steadily(read)
        return [one for one in self.processes if one.alive and ports & one.ports()]

    async def content(self, job: ExportJob) -> bytes:
        """The file of a completed job."""
        return b"".join([chunk async for chunk in self.services.storage.open_read(str(job.file_key))])

    async def is_right(self, job: ExportJob) -> bool:
        """Whether a job is completed with the file that an undisturbed run makes, and says so."""
        if job.status != "completed":
            self.note(f"{job.id} ended {job.status}: {job.error_code} {job.error_message}")
            return False
        content = await self.content(job)
        as_told = (job.file_size, job.sha256) == (len(content), hashlib.sha256(content).hexdigest())
        return as_told and normal(content) == self.ground.undisturbed[job.project_id]

    async def forget(self, job: ExportJob) -> None:
        """Remove a file that has been looked at."""
        if job.file_key is not None:
            await self.services.storage.delete(job.file_key)

    async def undisturbed(self, *, small: bool = False) -> None:
        """See to it that the right file is known."""
        story = self.ground.story
        if (story.small_id if small else story.project_id) not in self.ground.undisturbed:
            worker = self.hire()
            job = await self.until(await self.ask(small=small), "completed")
            self.ground.undisturbed[job.project_id] = normal(await self.content(job))
            await self.forget(job)
            await worker.stop()

    async def leave(self) -> list[int]:
        """Stop all processes that live; their exit codes."""
        return [await one.stop() for one in self.processes if one.alive]

    async def left(self, keep: frozenset[str] = frozenset()) -> Left:
        """What is there that should not be, once it does not become less."""

        async def nothing() -> bool:
            return (await look(self.services, keep)).nothing

        try:
            await eventually(nothing, within_seconds=5)
        except AssertionError:
            self.note("something is left")
        return await look(self.services, keep)

    def note(self, what: str) -> None:
        """Remember what was done, for whoever has to find out."""
        self.moments.append(what)


def normal(content: bytes) -> str:
    """Digest of a document without the one thing in which exports of one state differ."""
    return hashlib.sha256(EXPORTED_AT.sub(b"", content, count=1)).hexdigest()


@asynccontextmanager
async def open_site(ground: Ground, seed: int, settings: Mapping[str, str]) -> AsyncIterator[Site]:
    """A site while the block lasts; processes, files and database are removed with it.

    Args:
        ground: what it stands on.
        seed: of its moments.
        settings: of its processes, over HANDS, without the prefix.
    """
    with ground.scratch() as directory, ground.database() as url:
        given = {
            **{name.lower(): value for name, value in HANDS.items()},
            "database_url": url,
            "data_dir": str(directory / "data"),
            **settings,
        }
        async with open_services(load_settings(**given), database_url=url, role="tests") as services:
            site = Site(ground, services, random.Random(seed), directory, given)  # noqa: S311 - moments, no secrets
            try:
                yield site
            except BaseException as error:
                tails = "\n".join(f"{one.log.name}:\n{one.tail()}" for one in site.processes[-2:])
                error.add_note(f"seed {seed}; last: {'; '.join(site.moments) or 'nothing'}\n{tails}")
                raise
            finally:
                for one in site.processes:
                    await one.kill()
