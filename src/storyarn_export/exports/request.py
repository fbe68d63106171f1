"""A person asks for an export."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from storyarn_export.collector.census import Census, missing_ids, take_census
from storyarn_export.db.models import ExportJob
from storyarn_export.db.session import BulkConnection
from storyarn_export.domain.errors import InvalidOptionsError
from storyarn_export.domain.lifecycle import ACTIVE, JobStatus, Mode
from storyarn_export.domain.options import ExportOptions
from storyarn_export.exports.decide import decide_mode
from storyarn_export.jobs.once import Once
from storyarn_export.progress.change import JobChange
from storyarn_export.progress.publisher import announce
from storyarn_export.queueing.queue import Queue
from storyarn_export.serializers.registry import FormatRegistry
from storyarn_export.telemetry.spans import current_traceparent


@dataclass(frozen=True, slots=True)
class Requested:
    """What became of a request.

    Attributes:
        job: the job; in mode sync its caller commits, then runs it.
        deduplicated: an equal export of this user was active already and is returned instead of a second one.
        replayed: the very request came before, and this is what it made.
    """

    job: ExportJob
    deduplicated: bool
    replayed: bool = False


class RequestExport:
    """Makes the job, and the queue entry in the same transaction when it is for the queue.

    Args:
        bulk: where the rows are counted.
        formats: the formats there are.
        queue: takes large exports.
        threshold: entities up to which an export runs inside the request, inclusive.
    """

    def __init__(self, bulk: asyncpg.Pool, formats: FormatRegistry, queue: Queue, *, threshold: int) -> None:
        self._bulk = bulk
        self._formats = formats
        self._queue = queue
        self._threshold = threshold

    async def __call__(
        self,
        session: AsyncSession,
        *,
        user_id: int,
        project_id: int,
        format_name: str,
        options: ExportOptions,
        prefer_async: bool,
        once: Once | None = None,
    ) -> Requested:
        """Ask for an export; the caller commits.

        Args:
            session: job row and queue entry become part of its transaction.
            user_id: who asks; may see the project.
            project_id: id of the project.
            format_name: name or alias of the format.
            options: what to write.
            prefer_async: use the queue whatever the size.
            once: the request's key, under which it may come again.

        Raises:
            UnknownFormatError: no such format.
            InvalidOptionsError: a filter names something that is not in the project, or assets cannot travel so.
            IdempotencyKeyReusedError: the key came with another request.
        """
        chosen = self._formats.get(format_name)
        chosen.refuse_unoffered(options)
        earlier = None if once is None else await once.earlier(session)
        if earlier is not None:
            return Requested(await session.get_one(ExportJob, earlier), deduplicated=False, replayed=True)
        job = ExportJob(
            id=uuid7(),
            project_id=project_id,
            user_id=user_id,
            format=chosen.name,
            options=options.to_json(),
            options_sha256=options.fingerprint(),
            traceparent=current_traceparent(),
        )
        requested = await self._request(session, job, options, prefer_async=prefer_async)
        if once is not None:
            await once.remember(session, export_id=requested.job.id)
        return requested

    async def _request(
        self, session: AsyncSession, job: ExportJob, options: ExportOptions, *, prefer_async: bool
    ) -> Requested:
        active = await self._active(session, job)
        if active is not None:
            return Requested(active, deduplicated=True)
        census = await self.count(job.project_id, options)
        mode = decide_mode(census.total, threshold=self._threshold, prefer_async=prefer_async)
        job.mode = mode
        job.entities_total = census.total
        job.sections = sections_progress(census, options)
        try:
            async with session.begin_nested():
                session.add(job)
        except IntegrityError:
            # An equal request was faster; its job is visible now that our insert has waited for it.
            active = await self._active(session, job)
            if active is None:
                raise
            return Requested(active, deduplicated=True)
        if mode is Mode.ASYNC:
            job.queue_job_id = await self._queue.enqueue_export(session, UUID(str(job.id)))
        await session.flush()
        await session.refresh(job)
        await announce(session, JobChange("export", job.id, job.seq, job.user_id))
        return Requested(job, deduplicated=False)

    async def count(self, project_id: int, options: ExportOptions) -> Census:
        """The rows the export would write.

        Raises:
            InvalidOptionsError: a filter names something that is not in the project.
        """
        async with self._bulk.acquire() as connection:
            await _refuse_missing(connection, project_id, options)
            return await take_census(connection, project_id, options)

    async def refuse_missing(self, project_id: int, options: ExportOptions) -> None:
        """Nothing, if what the filters name is there.

        Raises:
            InvalidOptionsError: a filter names something that is not in the project.
        """
        async with self._bulk.acquire() as connection:
            await _refuse_missing(connection, project_id, options)

    async def _active(self, session: AsyncSession, job: ExportJob) -> ExportJob | None:
        query = select(ExportJob).where(
            ExportJob.project_id == job.project_id,
            ExportJob.user_id == job.user_id,
            ExportJob.format == job.format,
            ExportJob.options_sha256 == job.options_sha256,
            ExportJob.status.in_([JobStatus(status) for status in ACTIVE]),
        )
        return (await session.execute(query)).scalar_one_or_none()


async def _refuse_missing(connection: BulkConnection, project_id: int, options: ExportOptions) -> None:
    missing = await missing_ids(connection, project_id, options)
    if not missing:
        return
    errors = [
        {"path": f"options.{option}", "message": f"There is no {option.removesuffix('_ids')} {one} here."}
        for option, one in missing
    ]
    raise InvalidOptionsError(
        f"Some ids are not in this project: {', '.join(f'{option} {one}' for option, one in missing)}.",
        extra={"errors": errors},
    )


def sections_progress(census: Census, options: ExportOptions) -> dict[str, dict[str, int]]:
    """Total and processed entities of each section asked for, nothing processed yet."""
    totals = census.by_section
    return {section.value: {"total": totals[section], "processed": 0} for section in options.sections}
