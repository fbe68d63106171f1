"""Every write to a job row of an import by way of a session. Each tells subscribers in its own transaction.

The end of a successful run is not among them: it is part of the transaction that stores the story, see `commit`.
"""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ImportJob
from storyarn_export.domain.errors import NotFoundError, SupersededError
from storyarn_export.domain.lifecycle import WAITING_IMPORTS, ImportStatus
from storyarn_export.jobs.rows import JobTable

JOBS = cast(Table, ImportJob.__table__)
IMPORTS = JobTable(JOBS, "import")

# What the job is at while it is busy; STALE says why it waits for a person again.
READING = "reading"
KEEPING = "keeping"
WRITING = "writing"
STALE = "preview-stale"


async def find_import(session: AsyncSession, project_id: int, job_id: UUID) -> ImportJob | None:
    """An import of that project; None when there is none."""
    query = select(ImportJob).where(ImportJob.id == job_id, ImportJob.project_id == project_id)
    return (await session.execute(query)).scalar_one_or_none()


async def locked(session: AsyncSession, job_id: UUID, project_id: int | None = None) -> ImportJob | None:
    """An import whose row nobody else can change until the transaction ends."""
    query = select(ImportJob).where(ImportJob.id == job_id).with_for_update()
    if project_id is not None:
        query = query.where(ImportJob.project_id == project_id)
    return (await session.execute(query)).scalar_one_or_none()


async def require_locked(session: AsyncSession, project_id: int, job_id: UUID) -> ImportJob:
    """The same of a project.

    Raises:
        NotFoundError: no such import in it.
    """
    job = await locked(session, job_id, project_id)
    if job is None:
        raise NotFoundError("There is no such import.")
    return job


async def claim(session: AsyncSession, job_id: UUID, run_token: UUID) -> ImportJob | None:
    """Begin an attempt at an import that waits to be read or executed: a run token of its own.

    Returns:
        The job as it is now; None when it is gone or waits for no run, so that there is nothing to do.
    """
    begun = {
        "run_token": run_token,
        "attempt": JOBS.c.attempt + 1,
        "stage": READING,
        "progress": 0,
        "entities_processed": 0,
    }
    unread = (JOBS.c.id == job_id, JOBS.c.status == ImportStatus.PARSING, JOBS.c.run_token.is_(None))
    waiting = (JOBS.c.id == job_id, JOBS.c.status.in_(sorted(WAITING_IMPORTS)))
    running = {"status": ImportStatus.RUNNING, "started_at": func.coalesce(JOBS.c.started_at, func.now())}
    claimed = await IMPORTS.write(session, unread, begun) or await IMPORTS.write(
        session, waiting, begun | running
    )
    return await session.get(ImportJob, job_id, populate_existing=True) if claimed else None


async def held(session: AsyncSession, job_id: UUID, run_token: UUID) -> ImportJob | None:
    """The job if that run holds it."""
    query = select(ImportJob).where(ImportJob.id == job_id, ImportJob.run_token == run_token)
    return (await session.execute(query)).scalar_one_or_none()


async def write_run(session: AsyncSession, mine: UUID, /, **values: Any) -> None:
    """Write columns of the import that this run holds; whatever ends the run also takes the token away.

    Args:
        session: whose transaction it becomes part of.
        mine: token of the run.
        values: columns of `import_jobs`.

    Raises:
        SupersededError: the run does not hold the job any more.
    """
    if not await IMPORTS.write(session, (JOBS.c.run_token == mine,), values):
        raise SupersededError("Another attempt or a cancellation has taken this import over.")


async def write_job(session: AsyncSession, job_id: UUID, /, **values: Any) -> None:
    """Write columns of an import, whoever runs it; the caller has locked the row and decided.

    Args:
        session: whose transaction it becomes part of.
        job_id: which job.
        values: columns of `import_jobs`.
    """
    await IMPORTS.write(session, (JOBS.c.id == job_id,), values)
