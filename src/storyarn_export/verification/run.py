"""One run of one verification: claimed, attempted, ended."""

import asyncio
from hashlib import sha256
from uuid import UUID, uuid4

import asyncpg
import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from storyarn_export.db.models import ExportJob, Project
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import (
    NotFoundError,
    StoryarnError,
    SupersededError,
    VerificationTimeoutError,
)
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.finished import require_file
from storyarn_export.jobs.faults import is_passing
from storyarn_export.jobs.steady import steadily
from storyarn_export.jobs.winding_down import in_any_case
from storyarn_export.serializers.registry import FormatRegistry
from storyarn_export.storage.contract import Storage
from storyarn_export.verification.comparing import Comparison
from storyarn_export.verification.endings import Endings
from storyarn_export.verification.row import Run, claim, held
from storyarn_export.verification.verify import VerifyFile, Written

# Of one process inside requests at a time; each holds a connection for bulk work from its first row to its last.
MAX_INSIDE_REQUESTS = 2
# A million entities take minutes. What takes longer keeps vacuum from the whole database with its transaction.
LIMIT_SECONDS = 3600.0

log = structlog.get_logger(__name__)


class RunVerification:
    """Runs verifications: claims one, verifies the file, ends the row.

    Args:
        sessions: where rows of jobs are read and written.
        storage: where files are.
        formats: the formats there are.
        verify: verifies a file.
        endings: of runs.
        limit_seconds: that a run may take.
    """

    def __init__(
        self,
        *,
        sessions: Sessions,
        storage: Storage,
        formats: FormatRegistry,
        verify: VerifyFile,
        endings: Endings,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        self._sessions = sessions
        self._storage = storage
        self._formats = formats
        self._verify = verify
        self._endings = endings
        self._limit_seconds = limit_seconds
        self._places = asyncio.Semaphore(MAX_INSIDE_REQUESTS)

    async def inside_request(self, job_id: UUID) -> None:
        """As a call, when there is a place for it."""
        async with self._places:
            await self(job_id)

    async def __call__(self, job_id: UUID) -> None:
        """Run a waiting verification of an export to its end; what is gone or claimed already is left alone.

        It ends with a result, failed or, where something is away for the moment, waiting for another run. A run that is
        cancelled hands it back, unless someone has deleted the export.

        Raises:
            asyncio.CancelledError: the process stops, the export was deleted, or the request went away.
        """
        token = uuid4()

        async def take() -> Run | None:
            async with self._sessions.begin() as session:
                # Held already: it was claimed, and only the answer was lost.
                return await held(session, job_id, token) or await claim(session, job_id, token)

        try:
            run = await steadily(take)
        except asyncio.CancelledError:
            await in_any_case(self._let_go(job_id, token))
            raise
        if run is None:
            return
        try:
            found = await self._attempt(run)
            await steadily(lambda: self._endings.complete(run, found))
        except asyncio.CancelledError:
            await in_any_case(self._stopped(run))
            raise
        except SupersededError:
            log.info("verification superseded", job_id=str(job_id))
        except Exception as error:
            await in_any_case(self._faulted(run, error))
            if not _is_known(error):
                raise

    async def _attempt(self, run: Run) -> Comparison:
        limit = asyncio.timeout(self._limit_seconds)
        try:
            async with limit:
                return await self._verified(run.job)
        except TimeoutError as error:
            if not limit.expired():
                raise
            raise VerificationTimeoutError(
                f"The verification was not over after {self._limit_seconds:.0f} s."
            ) from error

    async def _verified(self, job: ExportJob) -> Comparison:
        file = await require_file(job, self._storage)
        async with self._sessions() as session:
            owner_id = await session.scalar(select(Project.owner_id).where(Project.id == job.project_id))
        if owner_id is None:
            raise NotFoundError("The project is gone.")
        digest = sha256()
        async for chunk in self._storage.open_read(file.key):
            digest.update(chunk)
        intact = digest.hexdigest() == job.sha256
        found = await self._verify(
            Written(
                key=file.key,
                size_bytes=file.size,
                written_by=self._formats.get(job.format),
                options=ExportOptions.from_json(job.options),
                owner_id=owner_id,
                intact=intact,
            )
        )
        if not intact:
            message = "the file is not the one that was written: its SHA-256 is another"
            found.differences.put_first("$", job.sha256, digest.hexdigest(), message)
        return found

    async def _let_go(self, job_id: UUID, token: UUID) -> None:
        """Hand back what may have been claimed in the moment of the cancellation."""

        async def look() -> Run | None:
            async with self._sessions() as session:
                return await held(session, job_id, token)

        run = await steadily(look)
        if run is not None:
            await self._stopped(run)

    async def _stopped(self, run: Run) -> None:
        try:
            await steadily(lambda: self._endings.hand_back(run))
        except SupersededError:
            log.info("verification superseded", job_id=str(run.job.id))

    async def _faulted(self, run: Run, error: Exception) -> None:
        if not isinstance(error, StoryarnError):
            log.error("verification failed", job_id=str(run.job.id), exc_info=error)
        passing = is_passing(error)
        try:
            await steadily(lambda: self._endings.fault(run, error, passing=passing))
        except SupersededError:
            log.info("verification superseded", job_id=str(run.job.id))


def _is_known(error: Exception) -> bool:
    return isinstance(error, StoryarnError | asyncpg.PostgresError | SQLAlchemyError) or is_passing(error)
