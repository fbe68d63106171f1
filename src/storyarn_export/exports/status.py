"""Every write to a job row of an export. Each tells subscribers in the transaction that it is part of."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ExportJob
from storyarn_export.domain.errors import SupersededError
from storyarn_export.domain.lifecycle import JobStatus
from storyarn_export.progress.change import JobChange
from storyarn_export.progress.publisher import announce

NOW = func.now()


async def find_job(session: AsyncSession, project_id: int, job_id: UUID) -> ExportJob | None:
    """A job of that project; None when there is none."""
    query = select(ExportJob).where(ExportJob.id == job_id, ExportJob.project_id == project_id)
    return (await session.execute(query)).scalar_one_or_none()


async def claim(session: AsyncSession, job_id: UUID, run_token: UUID) -> ExportJob | None:
    """Begin an attempt at a pending job: one more attempt, a run token of its own.

    Returns:
        The job as it is now; None when it is gone or not pending, so that there is nothing to do.
    """
    values = {
        "status": JobStatus.PROCESSING,
        "attempt": ExportJob.attempt + 1,
        "run_token": run_token,
        "started_at": func.coalesce(ExportJob.started_at, NOW),
        "entities_processed": 0,
    }
    return await _write(session, (ExportJob.id == job_id, ExportJob.status == JobStatus.PENDING), values)


async def write_run(session: AsyncSession, mine: UUID, /, **values: Any) -> ExportJob:
    """Write columns of the job that this run holds.

    Args:
        session: whose transaction it becomes part of.
        mine: token of the run.
        values: columns of `export_jobs`.

    Raises:
        SupersededError: the run does not hold the job any more.
    """
    held = (ExportJob.run_token == mine, ExportJob.status == JobStatus.PROCESSING)
    job = await _write(session, held, values)
    if job is None:
        raise SupersededError("Another attempt or a cancellation has taken this export over.")
    return job


async def write_pending(session: AsyncSession, job_id: UUID, **values: Any) -> ExportJob | None:
    """Write columns of a job that no run has claimed yet; None when one has."""
    return await _write(session, (ExportJob.id == job_id, ExportJob.status == JobStatus.PENDING), values)


async def _write(
    session: AsyncSession, where: tuple[ColumnElement[bool], ...], values: Mapping[str, Any]
) -> ExportJob | None:
    statement = (
        update(ExportJob)
        .where(*where)
        .values(**values, seq=ExportJob.seq + 1, updated_at=func.clock_timestamp())
        .returning(ExportJob)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    job = (await session.execute(statement)).scalar_one_or_none()
    if job is not None:
        await announce(session, JobChange("export", job.id, job.seq, job.user_id))
    return job
