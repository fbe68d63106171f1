"""An export of a project as it is before something is done to it."""

from contextlib import suppress
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select
from uuid_utils.compat import uuid7

from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import Sessions
from storyarn_export.domain.errors import NotFoundError, ServiceUnavailableError, UndoExportError
from storyarn_export.domain.lifecycle import JobStatus, Mode
from storyarn_export.domain.options import AssetMode, ExportOptions
from storyarn_export.exports.cancel import CancelExport
from storyarn_export.exports.request import RequestExport, sections_progress
from storyarn_export.exports.run import RunExport
from storyarn_export.exports.status import find_job
from storyarn_export.progress.change import JobChange
from storyarn_export.progress.publisher import announce

FORMAT = "storyarn"
# What would have been worth another try of the export is worth another try of what it is for.
PASSING = frozenset({"service-unavailable", "storage-error"})


class KeepBefore:
    """Exports whole projects in the native format, as normal jobs that are run at once.

    Args:
        sessions: where rows of jobs are written.
        request: counts; on the primary, since what was committed a moment ago has to be in the file.
        run: runs the job; on the primary, too.
        cancel: removes jobs.
    """

    def __init__(
        self, sessions: Sessions, request: RequestExport, run: RunExport, cancel: CancelExport
    ) -> None:
        self._sessions = sessions
        self._request = request
        self._run = run
        self._cancel = cancel

    async def __call__(
        self, *, project_id: int, user_id: int, reason: UUID, with_bytes: bool = False
    ) -> UUID | None:
        """Export a project to its end.

        Args:
            project_id: the project.
            user_id: whose export it becomes.
            reason: why; an earlier export for the same reason is removed, whatever it does.
            with_bytes: also keep the bytes of its assets.

        Returns:
            The export's id; None where the project is empty.

        Raises:
            UndoExportError: it cannot be exported.
            ServiceUnavailableError: it cannot be exported for the moment.
        """
        assets = AssetMode.BUNDLED if with_bytes else AssetMode.REFERENCES
        # It is to be kept as it is, errors and all.
        options = ExportOptions(include_assets=assets, validate_before_export=False)
        # Unlike that of any export that people ask for: theirs must not be mistaken for this one.
        digest = sha256(f"{options.fingerprint()}:{reason}".encode()).hexdigest()
        await self._forget_earlier(project_id, digest)
        census = await self._request.count(project_id, options)
        if not census.total:
            return None
        job = ExportJob(
            id=uuid7(),
            project_id=project_id,
            user_id=user_id,
            format=FORMAT,
            options=options.to_json(),
            options_sha256=digest,
            mode=Mode.SYNC,
            entities_total=census.total,
            sections=sections_progress(census, options),
        )
        async with self._sessions.begin() as session:
            session.add(job)
            await session.flush()
            await session.refresh(job)
            await announce(session, JobChange("export", job.id, job.seq, job.user_id))
        await self._run(job.id)
        return await self._completed(project_id, job.id)

    async def _forget_earlier(self, project_id: int, digest: str) -> None:
        earlier = select(ExportJob.id).where(
            ExportJob.project_id == project_id, ExportJob.options_sha256 == digest
        )
        async with self._sessions() as session:
            found = (await session.scalars(earlier)).all()
        for job_id in found:
            # Unless someone has deleted it.
            with suppress(NotFoundError):
                await self._cancel.remove(project_id, job_id)

    async def _completed(self, project_id: int, job_id: UUID) -> UUID:
        async with self._sessions() as session:
            job = await find_job(session, project_id, job_id)
        if job is not None and job.status == JobStatus.COMPLETED:
            return job_id
        said = "it was cancelled" if job is None or job.error_message is None else job.error_message
        if job is not None and job.error_code in PASSING:
            raise ServiceUnavailableError(f"The project could not be kept as it was: {said}")
        raise UndoExportError(
            f"The project could not be kept as it was, so nothing was imported: {said}",
            hint="see the exports of the project",
        )
