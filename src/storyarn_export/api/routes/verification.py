"""Whether the file of an export can be read back without a loss."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from storyarn_export.api.dependencies import Exporting, JobId, require_job
from storyarn_export.api.documented import IN_PROJECT, problems
from storyarn_export.api.schemas.exports import is_expired
from storyarn_export.api.state import State
from storyarn_export.domain.errors import ExportExpiredError

router = APIRouter(prefix="/api/projects/{project_id}/exports/{job_id}", tags=["exports"])
WRONG = ("export-not-ready", "export-expired", "unknown-format", "export-too-large", "invalid-request")


class DifferenceOut(BaseModel):
    """A place where the file and its copy differ."""

    path: str = Field(description="JSON path in the file.", examples=["$.flows[0].connections[2]"])
    message: str = Field(description="What is there.")


class VerificationOut(BaseModel):
    """What a verification found."""

    status: str = Field(description="`passed` or `failed`.", examples=["passed"])
    entities: int = Field(description="Entities that were compared.")
    emptied: int = Field(description="References to what is not in the file; no import can keep them.")
    differences: list[DifferenceOut] = Field(description="The first places that differ.")


@router.post(
    "/verify",
    summary="Verify the file of an export",
    responses=problems(*IN_PROJECT, *WRONG, "storage-error"),
)
async def verify_export(access: Exporting, job_id: JobId, state: State) -> VerificationOut:
    """Load the file into a project that nobody sees, export that and compare; nothing is kept of it.

    For files in a format that can be imported, up to the threshold of small exports.
    """
    async with state.services.sessions() as session:
        job = await require_job(session, access, job_id)
    if is_expired(job):
        raise ExportExpiredError("The file has been removed.", hint="export the project again")
    found = await state.services.verify_export(job, user_id=access.caller.user_id)
    return VerificationOut(
        status="passed" if found.passed else "failed",
        entities=found.entities,
        emptied=found.emptied,
        differences=[DifferenceOut(path=one.path, message=one.message) for one in found.differences],
    )
