"""Export jobs: ask for one, list them, look at one."""

from hashlib import sha256
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from storyarn_export.api.conditional import none_match
from storyarn_export.api.dependencies import (
    Exporting,
    JobId,
    Paged,
    cursor_after,
    key_of,
    require_endable_job,
    require_job,
)
from storyarn_export.api.documented import IN_PROJECT, WITH_BODY, problems
from storyarn_export.api.inline import failure_of, finish, wait_for_end
from storyarn_export.api.once import REPLAYED, IdempotencyKeyHeader, once_of
from storyarn_export.api.prefer import Preferences, parse_prefer
from storyarn_export.api.schemas.common import Listed
from storyarn_export.api.schemas.exports import (
    ExportJobOut,
    RequestedExport,
    export_resource,
    job_url,
    requested_resource,
)
from storyarn_export.api.schemas.options import ExportRequest
from storyarn_export.api.state import ApiState, State
from storyarn_export.db.models import ExportJob
from storyarn_export.domain.lifecycle import ACTIVE, JobStatus, Mode
from storyarn_export.exports.request import Requested

router = APIRouter(prefix="/api/projects/{project_id}/exports", tags=["exports"])
RETRY_AFTER = {"Retry-After": "1"}
ASKED = (
    *IN_PROJECT,
    *WITH_BODY,
    "invalid-options",
    "unknown-format",
    "validation-failed",
    "idempotency-key-reused",
)


@router.post(
    "",
    status_code=201,
    response_model=RequestedExport,
    summary="Export a project",
    response_description="The file is there",
    responses={
        200: {
            "model": RequestedExport,
            "description": "An equal export was active and is finished now, or the request came before",
        },
        202: {"model": RequestedExport, "description": "The export runs in the queue"},
        **problems(
            *ASKED, "export-cancelled", "asset-damaged", "run-failed", "count-mismatch", "storage-error"
        ),
    },
)
async def post_export(
    request: Request,
    body: ExportRequest,
    access: Exporting,
    state: State,
    prefer: Annotated[list[str] | None, Header(description="`respond-async`, `wait=N`.")] = None,
    idempotency_key: IdempotencyKeyHeader = None,
) -> Response:
    """Run a small export inside the request, or put a larger one into the queue.

    `Prefer: respond-async` forces the queue; `Prefer: wait=N` waits up to N seconds, at most 30, for a queued one.
    """
    wishes = parse_prefer(prefer or ())
    once = None
    if idempotency_key is not None:
        asked = (request.url.path, body.model_dump_json())
        once = once_of(idempotency_key, access.caller.user_id, *asked)
    async with state.services.sessions.begin() as session:
        requested = await state.services.request_export(
            session,
            user_id=access.caller.user_id,
            project_id=access.project_id,
            format_name=body.format,
            options=body.options.to_domain(),
            prefer_async=wishes.respond_async,
            once=once,
        )
    if requested.job.mode == Mode.SYNC and not (requested.deduplicated or requested.replayed):
        job = await finish(state, requested.job)
        return failure_of(request.scope, job) or _requested(job, requested, {})
    job, applied = await _as_preferred(state, requested.job, wishes)
    return _requested(job, requested, {"Preference-Applied": ", ".join(applied)} if applied else {})


@router.get(
    "",
    summary="List the exports of a project",
    response_description="A page of them",
    responses=problems(*IN_PROJECT, "invalid-request", "unknown-format"),
)
async def list_exports(
    access: Exporting,
    paged: Paged,
    state: State,
    status: Annotated[JobStatus | None, Query(description="Only jobs in this status.")] = None,
    format_name: Annotated[
        str | None, Query(alias="format", max_length=64, description="Only this format.")
    ] = None,
) -> Listed[ExportJobOut]:
    """All exports of the project, newest first."""
    query = select(ExportJob).where(ExportJob.project_id == access.project_id).order_by(ExportJob.id.desc())
    if status is not None:
        query = query.where(ExportJob.status == status)
    if format_name is not None:
        query = query.where(ExportJob.format == state.services.formats.get(format_name).name)
    if paged.after is not None:
        query = query.where(ExportJob.id < key_of(paged.after))
    async with state.services.sessions() as session:
        jobs = (await session.scalars(query.limit(paged.limit + 1))).all()
    items = [export_resource(job) for job in jobs[: paged.limit]]
    more = len(jobs) > paged.limit
    return Listed(items=items, next_cursor=cursor_after(str(items[-1].job_id)) if more else None)


@router.get(
    "/{job_id}",
    response_model=ExportJobOut,
    summary="Show an export",
    response_description="The job",
    responses={304: {"description": "As it was under the given ETag"}, **problems(*IN_PROJECT)},
)
async def get_export(
    access: Exporting,
    job_id: JobId,
    state: State,
    if_none_match: Annotated[str | None, Header(description="ETag of an earlier answer.")] = None,
) -> Response:
    """The job as it is now; `Retry-After` says when to look again while it is active."""
    async with state.services.sessions() as session:
        job = await require_job(session, access, job_id)
    answer = _json(export_resource(job), 200, RETRY_AFTER if job.status in ACTIVE else {})
    etag = f'"{sha256(answer.body).hexdigest()[:32]}"'
    answer.headers["ETag"] = etag
    if none_match(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag})
    return answer


@router.post(
    "/{job_id}/cancel",
    response_model=ExportJobOut,
    summary="Cancel an export",
    response_description="It is over",
    responses={
        202: {"model": ExportJobOut, "description": "It is cancelled; its worker winds down"},
        **problems(*IN_PROJECT, "not-cancellable"),
    },
)
async def cancel_export(access: Exporting, job_id: JobId, state: State) -> Response:
    """Stop an export that waits or runs; nothing is kept of its file. Cancelling it again changes nothing.

    Whoever may export may cancel their own exports; those of others take the role editor or owner.
    """
    async with state.services.sessions() as session:
        job = await require_endable_job(session, access, job_id)
    over = await state.services.cancel_export(access.project_id, job.id)
    async with state.services.sessions() as session:
        job = await require_job(session, access, job_id)
    return _json(export_resource(job), 200 if over else 202, {})


@router.delete(
    "/{job_id}",
    status_code=204,
    summary="Delete an export",
    response_description="It is gone, and its file with it",
    responses=problems(*IN_PROJECT),
)
async def delete_export(access: Exporting, job_id: JobId, state: State) -> None:
    """Cancel the export if it is active, and remove it with its file; from then on it is 404.

    Whoever may export may delete their own exports; those of others take the role editor or owner.
    """
    async with state.services.sessions() as session:
        job = await require_endable_job(session, access, job_id)
    await state.services.cancel_export.remove(access.project_id, job.id)


async def _as_preferred(state: ApiState, job: ExportJob, wishes: Preferences) -> tuple[ExportJob, list[str]]:
    applied = ["respond-async"] if wishes.respond_async and job.mode == Mode.ASYNC else []
    if wishes.wait_seconds is not None:
        applied.append(f"wait={wishes.wait_seconds}")
        job = await wait_for_end(state, job, wishes.wait_seconds)
    return job, applied


def _requested(job: ExportJob, requested: Requested, more: dict[str, str]) -> Response:
    resource = requested_resource(job, deduplicated=requested.deduplicated)
    headers = {"Location": job_url(job), **more}
    if requested.replayed:
        headers |= REPLAYED
        if job.status not in ACTIVE:
            return _json(resource, 200, headers)
    if job.status != JobStatus.COMPLETED:
        return _json(resource, 202, headers | RETRY_AFTER)
    return _json(resource, 200 if requested.deduplicated else 201, headers)


def _json(resource: BaseModel, status: int, headers: dict[str, str]) -> Response:
    return Response(resource.model_dump_json(), status, headers, "application/json")
