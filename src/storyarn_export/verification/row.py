"""Every write to a job row that is about its verification.

Subscribers hear of none: the export is over, and they have been told of its end.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storyarn_export.db.models import ExportJob
from storyarn_export.domain.errors import SupersededError
from storyarn_export.domain.lifecycle import VerificationStatus
from storyarn_export.exports.status import JOBS
from storyarn_export.verification.state import Verification

STATUS = JOBS.c.verification["status"].astext


@dataclass(frozen=True, slots=True)
class Run:
    """A claimed verification.

    Attributes:
        job: the export as it was then.
        state: the verification as it was claimed.
        token: names the run in all its writes.
    """

    job: ExportJob
    state: Verification
    token: UUID


async def locked(session: AsyncSession, job_id: UUID) -> ExportJob | None:
    """An export whose row nobody else can change until the transaction ends."""
    query = select(ExportJob).where(ExportJob.id == job_id).with_for_update()
    return (await session.execute(query)).scalar_one_or_none()


async def claim(session: AsyncSession, job_id: UUID, token: UUID) -> Run | None:
    """Begin a run of a verification that waits; None when there is none, so that there is nothing to do."""
    job = await locked(session, job_id)
    state = None if job is None else Verification.of(job.verification)
    if job is None or state is None or state.status != VerificationStatus.PENDING:
        return None
    begun = state.begun()
    await write(session, job_id, begun, verification_run=token)
    return Run(job, begun, token)


async def held(session: AsyncSession, job_id: UUID, token: UUID) -> Run | None:
    """The run that has this token, if it still holds its verification."""
    query = select(ExportJob).where(ExportJob.id == job_id, ExportJob.verification_run == token)
    job = (await session.execute(query)).scalar_one_or_none()
    state = None if job is None else Verification.of(job.verification)
    return None if job is None or state is None else Run(job, state, token)


async def write_run(session: AsyncSession, run: Run, state: Verification, **more: Any) -> None:
    """Write how a run has ended.

    Args:
        session: whose transaction it becomes part of.
        run: which.
        state: of the verification from now on.
        more: further columns.

    Raises:
        SupersededError: the run does not hold its verification any more.
    """
    mine = (JOBS.c.verification_run == run.token, STATUS == VerificationStatus.RUNNING)
    if not await _write(session, mine, state, verification_run=None, **more):
        raise SupersededError("Another run, or whoever deleted the export, has ended this verification.")


async def write(session: AsyncSession, job_id: UUID, state: Verification, **more: Any) -> None:
    """Write to a row that the caller has locked and decided about; as `write_run`."""
    await _write(session, (JOBS.c.id == job_id,), state, **more)


async def _write(
    session: AsyncSession, where: tuple[ColumnElement[bool], ...], state: Verification, **more: Any
) -> bool:
    statement = update(JOBS).where(*where).values(verification=state.to_json(), **more).returning(JOBS.c.id)
    return (await session.execute(statement)).one_or_none() is not None
