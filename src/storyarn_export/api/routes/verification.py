"""Whether the file of an export can be read back without a loss."""

from typing import Annotated

from fastapi import APIRouter, Header, Request, Response

from storyarn_export.api.dependencies import Exporting, JobId, require_job
from storyarn_export.api.documented import IN_PROJECT, problems
from storyarn_export.api.prefer import parse_prefer
from storyarn_export.api.problems import PROBLEMS, problem_response
from storyarn_export.api.schemas.exports import VerificationOut, job_url
from storyarn_export.api.state import State
from storyarn_export.domain.lifecycle import VERIFYING, VerificationStatus

router = APIRouter(prefix="/api/projects/{project_id}/exports/{job_id}", tags=["exports"])
WRONG = ("export-not-ready", "export-expired", "unknown-format")
FAILED = ("run-failed", "storage-error", "verification-timeout", "worker-died")


@router.post(
    "/verify",
    response_model=VerificationOut,
    summary="Verify the file of an export",
    response_description="What was found",
    responses={
        202: {
            "model": VerificationOut,
            "description": "It waits or runs; the export shows what becomes of it",
        },
        **problems(*IN_PROJECT, *WRONG, *FAILED),
    },
)
async def verify_export(
    request: Request,
    access: Exporting,
    job_id: JobId,
    state: State,
    prefer: Annotated[list[str] | None, Header(description="`respond-async`.")] = None,
) -> Response:
    """Load the file into a project that nobody sees, export that and compare; nothing stays but the result.

    The export keeps the result as `verification`. For files in a format that can be imported; those of small exports
    inside the request, others by a worker. While one waits or runs it is the answer; after that it is done anew.
    """
    wishes = parse_prefer(prefer or ())
    async with state.services.sessions() as session:
        job = await require_job(session, access, job_id)
    asked = await state.services.verifications.request(job, prefer_async=wishes.respond_async)
    if asked.inline:
        await state.services.verifications.run.inside_request(asked.job_id)
    async with state.services.sessions() as session:
        job = await require_job(session, access, job_id)
    found = VerificationOut.model_validate(job.verification)
    headers = {"Location": job_url(job)}
    if asked.inline and found.status is VerificationStatus.FAILED and found.error is not None:
        code = found.error.code if found.error.code in PROBLEMS else "run-failed"
        return problem_response(request.scope, code, found.error.message, headers=headers)
    if found.status in VERIFYING:
        applied = {"Preference-Applied": "respond-async"} if wishes.respond_async else {}
        return _json(found, 202, {**headers, **applied, "Retry-After": "1"})
    return _json(found, 200, headers)


def _json(found: VerificationOut, status: int, headers: dict[str, str]) -> Response:
    return Response(found.model_dump_json(), status, headers, "application/json")
