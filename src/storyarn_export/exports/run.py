"""One attempt at one export."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.collector.snapshot import open_snapshot
from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import NotFoundError, StoryarnError, SupersededError
from storyarn_export.domain.lifecycle import JobStatus, Mode
from storyarn_export.domain.names import export_filename
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.advance import Advance
from storyarn_export.exports.document import reconcile, write_document
from storyarn_export.exports.status import JOBS, claim, write_run
from storyarn_export.progress.throttle import Throttle
from storyarn_export.queueing.queue import Queue
from storyarn_export.serializers.registry import Format, FormatRegistry, Header
from storyarn_export.storage.local import LocalStorage, StoredFile

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class RunPolicy:
    """How runs behave.

    Attributes:
        progress_every: entities between two looks at whether progress is due.
        progress_min_interval_seconds: least time between two progress events.
        retention: how long a finished file is kept.
    """

    progress_every: int
    progress_min_interval_seconds: float
    retention: timedelta


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed job."""

    job: ExportJob
    token: UUID
    chosen: Format
    options: ExportOptions


class RunExport:
    """Runs exports: claims the job, writes the file, ends the row.

    Args:
        sessions: where rows of jobs are written.
        bulk: where projects are read.
        storage: takes the file.
        formats: the formats there are.
        queue: takes a job back when the process stops.
        policy: how runs behave.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        bulk: asyncpg.Pool,
        storage: LocalStorage,
        formats: FormatRegistry,
        queue: Queue,
        policy: RunPolicy,
    ) -> None:
        self._sessions = sessions
        self._bulk = bulk
        self._storage = storage
        self._formats = formats
        self._queue = queue
        self._policy = policy

    async def __call__(self, job_id: UUID) -> None:
        """Run a pending job to its end; one that is gone or claimed already is left alone.

        The row ends completed or failed. A run that is cancelled hands the job back.

        Raises:
            asyncio.CancelledError: the process stops, or the request went away.
        """
        token = uuid4()
        async with self._sessions.begin() as session:
            job = await claim(session, job_id, token)
        if job is None:
            return
        run = Run(job, token, self._formats.get(job.format), ExportOptions.from_json(job.options))
        try:
            await self._attempt(run)
        except asyncio.CancelledError:
            await self._hand_back(run)
            raise
        except SupersededError:
            log.info("export superseded", job_id=str(job_id))
        except StoryarnError as error:
            await self._fail(run, error.code, error.message, {"hint": error.hint, **error.extra})
        except (asyncpg.PostgresError, asyncpg.InterfaceError, SQLAlchemyError, OSError) as error:
            log.exception("export failed", job_id=str(job_id))
            await self._fail(
                run, "service-unavailable", f"The database was not there for it ({type(error).__name__})."
            )
        except Exception:
            await self._fail(run, "internal-error", "Something went wrong that should not have.")
            raise

    async def _attempt(self, run: Run) -> None:
        """Open a snapshot, count, pull rows through the serializer into the upload, complete."""
        job = run.job
        async with open_snapshot(self._bulk) as snapshot:
            project = await snapshot.project(job.project_id)
            if project is None:
                raise NotFoundError("The project is gone.")
            # Inside a request it is quick, and there may be many at a time.
            counting = await snapshot.begin_census(job.project_id, run.options, beside=job.mode == Mode.ASYNC)
            advance = Advance(
                self._sessions,
                run.token,
                expected={name: section["total"] for name, section in job.sections.items()},
                census=counting,
                options=run.options,
                throttle=Throttle(
                    every=self._policy.progress_every,
                    min_interval_seconds=self._policy.progress_min_interval_seconds,
                ),
            )
            await advance.begin(snapshot.token)
            serializer = run.chosen.serializer(Header(project, job.created_at, run.options))
            key = f"exports/{job.project_id}/{job.id}.{run.chosen.extension}"
            async with await self._storage.create(key) as upload:
                async for piece in write_document(
                    snapshot, serializer, job.project_id, run.options, counting
                ):
                    await upload.write(piece)
                    await advance.to(serializer.written)
                reconcile(serializer.written, await counting)
                stored = await upload.complete()
        await self._complete(run, stored, project, advance.sections(serializer.written))

    async def _complete(
        self, run: Run, stored: StoredFile, project: bytes, sections: Mapping[str, Mapping[str, int]]
    ) -> None:
        shown = orjson.loads(project)
        now = datetime.now(UTC)
        async with self._sessions.begin() as session:
            await write_run(
                session,
                run.token,
                status=JobStatus.COMPLETED,
                progress=100,
                entities_processed=sum(section["processed"] for section in sections.values()),
                sections=sections,
                file_key=stored.key,
                file_size=stored.size,
                sha256=stored.sha256,
                content_type=run.chosen.media_type,
                filename=export_filename(
                    name=shown["name"],
                    slug=shown["slug"],
                    project_id=run.job.project_id,
                    extension=run.chosen.extension,
                ),
                completed_at=now,
                expires_at=now + self._policy.retention,
            )

    async def _fail(
        self, run: Run, code: str, message: str, details: Mapping[str, object] | None = None
    ) -> None:
        async with self._sessions.begin() as session:
            await write_run(
                session,
                run.token,
                status=JobStatus.FAILED,
                error_code=code,
                error_message=message,
                error_details=details,
                completed_at=datetime.now(UTC),
            )

    async def _hand_back(self, run: Run) -> None:
        """The run stops, the job does not: it waits for another worker, the attempt unspent."""
        async with self._sessions.begin() as session:
            if run.job.mode == Mode.SYNC:
                await write_run(
                    session, run.token, status=JobStatus.CANCELLED, completed_at=datetime.now(UTC)
                )
                return
            queue_job_id = await self._queue.enqueue_export(session, run.job.id)
            await write_run(
                session,
                run.token,
                status=JobStatus.PENDING,
                attempt=JOBS.c.attempt - 1,
                run_token=None,
                queue_job_id=queue_job_id,
            )
