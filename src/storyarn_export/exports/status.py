"""Every write to a job row of an export. Each tells subscribers in the transaction that it is part of."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ExportJob
from storyarn_export.domain.errors import SupersededError
from storyarn_export.domain.lifecycle import JobStatus
from storyarn_export.jobs.rows import JobTable

JOBS = cast(Table, ExportJob.__table__)
EXPORTS = JobTable(JOBS, "export")


async def find_job(session: AsyncSession, project_id: int, job_id: UUID) -> ExportJob | None:
    """A job of that project; None when there is none."""
    query = select(ExportJob).where(ExportJob.id == job_id, ExportJob.project_id == project_id)
    return (await session.execute(query)).scalar_one_or_none()


async def claim(session: AsyncSession, job_id: UUID, run_token: UUID) -> ExportJob | None:
    """Begin an attempt at a pending job: one more attempt, a run token of its own.

    Returns:
        The job as it is now; None when it is gone or not pending, so that there is nothing to do.
    """
    claimed = await EXPORTS.write(
        session,
        (JOBS.c.id == job_id, JOBS.c.status == JobStatus.PENDING),
        {
            "status": JobStatus.PROCESSING,
            "attempt": JOBS.c.attempt + 1,
            "run_token": run_token,
            "started_at": func.coalesce(JOBS.c.started_at, func.now()),
        },
    )
    return await session.get(ExportJob, job_id, populate_existing=True) if claimed else None


async def held(session: AsyncSession, job_id: UUID, run_token: UUID) -> ExportJob | None:
    """The job if that run holds it."""
    query = select(ExportJob).where(ExportJob.id == job_id, ExportJob.run_token == run_token)
    return (await session.execute(query)).scalar_one_or_none()


async def write_run(session: AsyncSession, mine: UUID, /, **values: Any) -> None:
    """Write columns of the job that this run holds.

    Args:
        session: whose transaction it becomes part of.
        mine: token of the run.
        values: columns of `export_jobs`.

    Raises:
        SupersededError: the run does not hold the job any more.
    """
    held = (JOBS.c.run_token == mine, JOBS.c.status == JobStatus.PROCESSING)
    if not await EXPORTS.write(session, held, values):
        raise SupersededError("Another attempt or a cancellation has taken this export over.")


async def write_job(session: AsyncSession, job_id: UUID, /, **values: Any) -> None:
    """Write columns of a job, whoever runs it; the caller has locked the row and decided.

    Args:
        session: whose transaction it becomes part of.
        job_id: which job.
        values: columns of `export_jobs`.
    """
    await EXPORTS.write(session, (JOBS.c.id == job_id,), values)
