"""The validator: alone, and what it has said of an export."""

from fastapi import APIRouter
from sqlalchemy import select

from storyarn_export.api.dependencies import Exporting, JobId, require_job
from storyarn_export.api.documented import IN_PROJECT, WITH_BODY, problems
from storyarn_export.api.schemas.validation import (
    ExportReport,
    ValidationReport,
    ValidationRequest,
    export_report,
)
from storyarn_export.api.state import State
from storyarn_export.domain.errors import ExportNotReadyError
from storyarn_export.domain.lifecycle import ACTIVE
from storyarn_export.exports.status import JOBS

router = APIRouter(prefix="/api/projects/{project_id}/exports", tags=["exports"])


@router.post(
    "/validate",
    summary="Validate a project",
    response_description="The report",
    responses=problems(*IN_PROJECT, *WITH_BODY, "invalid-options"),
)
async def validate_project(
    access: Exporting, state: State, body: ValidationRequest | None = None
) -> ValidationReport:
    """Look at what an export would hold, by all rules; nothing is written, and no job is made."""
    options = (body or ValidationRequest()).options.to_domain()
    report = await state.services.validate_project(access.project_id, options)
    return ValidationReport.model_validate(report.to_json())


@router.get(
    "/{job_id}/report",
    summary="Show the report of an export",
    response_description="The report",
    responses=problems(*IN_PROJECT, "export-not-ready"),
)
async def get_export_report(access: Exporting, job_id: JobId, state: State) -> ExportReport:
    """What the validator found in the state that the file holds, and what the format could not hold."""
    async with state.services.sessions() as session:
        job = await require_job(session, access, job_id)
        stored = await session.scalar(select(JOBS.c.report).where(JOBS.c.id == job.id))
    if stored is None and job.status in ACTIVE:
        raise ExportNotReadyError("The export has not been validated yet.", hint="ask again soon")
    return export_report(job, stored)
