"""Exports that are waited for: those that run inside the request, and queued ones with `Prefer: wait`."""

import asyncio
from typing import Any

from sqlalchemy import select
from starlette.responses import Response
from starlette.types import Scope

from storyarn_export.api.problems import PROBLEMS, problem_response
from storyarn_export.api.schemas.exports import job_url
from storyarn_export.api.state import ApiState
from storyarn_export.api.streams.one_job import POLL_SECONDS
from storyarn_export.db.models import ExportJob
from storyarn_export.domain.lifecycle import TERMINAL, JobStatus

UNKNOWN_FAILURE = "run-failed"
CANCELLED = "export-cancelled"
VALIDATION_FAILED = "validation-failed"


async def finish(state: ApiState, job: ExportJob) -> ExportJob:
    """Run a committed job inside the request.

    Returns:
        The job as it is afterwards.
    """
    await state.services.run_export(job.id)
    return await _again(state, job)


async def wait_for_end(state: ApiState, job: ExportJob, seconds: float) -> ExportJob:
    """Wait until a job is over, at most some seconds.

    Returns:
        The job as it is then, over or not.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    async with state.broadcaster.subscribe_job(job.id) as subscription:
        job = await _again(state, job)
        while job.status not in TERMINAL and not state.gate.closed and loop.time() < deadline:
            await subscription.next(min(deadline - loop.time(), POLL_SECONDS))
            job = await _again(state, job)
    return job


def failure_of(scope: Scope, job: ExportJob) -> Response | None:
    """The problem that an inline export ended with; None when it did not end badly.

    Args:
        scope: of the request.
        job: the job after its run; it is kept, and the problem says where.
    """
    if job.status not in {JobStatus.FAILED, JobStatus.CANCELLED}:
        return None
    code = CANCELLED if job.status == JobStatus.CANCELLED else job.error_code or UNKNOWN_FAILURE
    code = code if code in PROBLEMS else UNKNOWN_FAILURE
    url = job_url(job)
    extra: dict[str, Any] = {"job_id": str(job.id), "export_url": url}
    if code == VALIDATION_FAILED:
        extra |= {"validation": job.validation, "report_url": f"{url}/report"}
    return problem_response(scope, code, job.error_message, extra=extra, headers={"Location": url})


async def _again(state: ApiState, job: ExportJob) -> ExportJob:
    async with state.services.sessions() as session:
        found = (await session.scalars(select(ExportJob).where(ExportJob.id == job.id))).one_or_none()
    if found is None:
        # Someone has deleted it, which cancels it first.
        job.status = JobStatus.CANCELLED
    return found or job
