"""Imports: bring a file, look at what it would meet, have it executed."""

from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel
from sqlalchemy import select

from storyarn_export.api.dependencies import (
    ImportId,
    Importing,
    Paged,
    ProjectAccess,
    cursor_after,
    key_of,
    require_import,
)
from storyarn_export.api.documented import IN_PROJECT, WITH_BODY, file_form, problems
from storyarn_export.api.once import REPLAYED, IdempotencyKeyHeader, once_of
from storyarn_export.api.problems import problem_response
from storyarn_export.api.schemas.common import Listed
from storyarn_export.api.schemas.imports import ExecuteRequest, ImportOut, import_resource, import_url
from storyarn_export.api.state import ApiState, State
from storyarn_export.api.uploads import FORM_BYTES, FileForm, drain
from storyarn_export.db.models import ImportJob
from storyarn_export.domain.errors import StoryarnError
from storyarn_export.domain.lifecycle import BUSY_IMPORTS, ImportStatus
from storyarn_export.imports.receive import too_large
from storyarn_export.imports.status import STALE
from storyarn_export.jobs.once import Once

router = APIRouter(prefix="/api/projects/{project_id}/imports", tags=["imports"])
RETRY_AFTER = {"Retry-After": "1"}
FORM = file_form(
    "A native document, plain, gzip or Zstandard, or a ZIP bundle with the bytes of its assets; told by its content."
)
READ = ("bad-upload", "file-too-large", "invalid-document", "storage-error")


@router.post(
    "",
    status_code=201,
    response_model=ImportOut,
    summary="Bring a file",
    response_description="The file has been read; its preview is there",
    openapi_extra=FORM,
    responses={
        200: {"model": ImportOut, "description": "The request came before, and this is its import"},
        202: {"model": ImportOut, "description": "The file is stored; a worker reads it"},
        **problems(*IN_PROJECT, *READ, "invalid-request", "idempotency-key-reused"),
    },
)
async def post_import(
    request: Request, access: Importing, state: State, idempotency_key: IdempotencyKeyHeader = None
) -> Response:
    """Store a file while it arrives. Small ones are looked at inside the request, larger ones by a worker.

    Nothing of the project changes before the import is executed.
    """
    try:
        _refuse_declared(request, state)
        form = await FileForm.open(request)
        async with aclosing(form.pieces) as pieces:
            received = await state.services.imports.receive(
                project_id=access.project_id,
                user_id=access.caller.user_id,
                filename=form.filename,
                content=pieces,
                once_of=_keyed(request, access, idempotency_key, form.filename),
            )
    except StoryarnError:
        await drain(request)
        raise
    job = received.job
    if received.replayed:
        return _shown(job, 202 if job.status in BUSY_IMPORTS else 200, REPLAYED)
    return _shown(job, 201 if job.status == ImportStatus.READY else 202)


def _keyed(
    request: Request, access: ProjectAccess, key: str | None, filename: str
) -> Callable[[str], Once] | None:
    if key is None:
        return None
    return lambda sha256: once_of(key, access.caller.user_id, request.url.path, filename, sha256)


@router.get(
    "",
    summary="List the imports of a project",
    response_description="A page of them",
    responses=problems(*IN_PROJECT, "invalid-request"),
)
async def list_imports(
    access: Importing,
    paged: Paged,
    state: State,
    status: Annotated[ImportStatus | None, Query(description="Only imports in this status.")] = None,
) -> Listed[ImportOut]:
    """All imports of the project, newest first."""
    query = select(ImportJob).where(ImportJob.project_id == access.project_id).order_by(ImportJob.id.desc())
    if status is not None:
        query = query.where(ImportJob.status == status)
    if paged.after is not None:
        query = query.where(ImportJob.id < key_of(paged.after))
    async with state.services.sessions() as session:
        jobs = (await session.scalars(query.limit(paged.limit + 1))).all()
    items = [import_resource(job) for job in jobs[: paged.limit]]
    more = len(jobs) > paged.limit
    return Listed(items=items, next_cursor=cursor_after(str(items[-1].import_id)) if more else None)


@router.get(
    "/{import_id}",
    response_model=ImportOut,
    summary="Show an import",
    response_description="The import",
    responses=problems(*IN_PROJECT),
)
async def get_import(access: Importing, import_id: ImportId, state: State) -> Response:
    """The import as it is now; `Retry-After` says when to look again while it is busy."""
    async with state.services.sessions() as session:
        job = await require_import(session, access, import_id)
    return _json(import_resource(job), 200, RETRY_AFTER if job.status in BUSY_IMPORTS else {})


@router.post(
    "/{import_id}/execute",
    response_model=ImportOut,
    summary="Execute an import",
    response_description="It is completed; its report is there",
    responses={
        202: {"model": ImportOut, "description": "A worker executes it"},
        **problems(
            *IN_PROJECT,
            *WITH_BODY,
            "already-executed",
            "preview-stale",
            "import-not-ready",
            "import-cancelled",
            "import-expired",
            "conflict",
            "invalid-document",
            "undo-export-failed",
            "storage-error",
        ),
    },
)
async def execute_import(
    request: Request, body: ExecuteRequest, access: Importing, import_id: ImportId, state: State
) -> Response:
    """Bring the file into the project, all or nothing. Small ones inside the request, larger ones by a worker.

    What the project held before is kept as a normal export, named in the report.
    """
    async with state.services.sessions() as session:
        job = await require_import(session, access, import_id)
    inline = await state.services.imports.request(
        project_id=access.project_id,
        job_id=job.id,
        user_id=access.caller.user_id,
        resolution=body.conflict_resolution,
    )
    if inline:
        await state.services.imports.run(job.id)
    job = await _again(state, access.project_id, job)
    if not inline:
        return _shown(job, 202)
    return _failure(request, job) or _shown(job, 202 if job.status in BUSY_IMPORTS else 200)


@router.post(
    "/{import_id}/cancel",
    response_model=ImportOut,
    summary="Cancel an import",
    response_description="It is over",
    responses={
        202: {"model": ImportOut, "description": "It is cancelled; its worker winds down"},
        **problems(*IN_PROJECT, "not-cancellable"),
    },
)
async def cancel_import(access: Importing, import_id: ImportId, state: State) -> Response:
    """Stop an import; the project stays as it is. Cancelling it again changes nothing."""
    async with state.services.sessions() as session:
        job = await require_import(session, access, import_id)
    over = await state.services.imports.cancel(access.project_id, job.id)
    async with state.services.sessions() as session:
        job = await require_import(session, access, import_id)
    return _json(import_resource(job), 200 if over else 202, {})


@router.delete(
    "/{import_id}",
    status_code=204,
    summary="Delete an import",
    response_description="It is gone, and its file with it",
    responses=problems(*IN_PROJECT),
)
async def delete_import(access: Importing, import_id: ImportId, state: State) -> None:
    """Cancel the import if it is not over, and remove it with its file. What it has imported stays."""
    async with state.services.sessions() as session:
        job = await require_import(session, access, import_id)
    await state.services.imports.cancel.remove(access.project_id, job.id)


def _refuse_declared(request: Request, state: ApiState) -> None:
    declared = request.headers.get("content-length", "")
    max_bytes = state.services.settings.max_import_bytes
    if declared.isdecimal() and int(declared) > max_bytes + FORM_BYTES:
        raise too_large(max_bytes)


def _failure(request: Request, job: ImportJob) -> Response | None:
    """The problem that an import inside a request ended with; None when it did not end badly."""
    url = import_url(job)
    extra = {"import_id": str(job.id), "import_url": url}
    match ImportStatus(job.status):
        case ImportStatus.READY if job.stage == STALE:
            detail = "The project has changed since the preview in a way that touches this import."
            stale = {**extra, "preview": job.preview, "hint": "look at the new preview, then execute again"}
            return problem_response(request.scope, "preview-stale", detail, extra=stale)
        case ImportStatus.CANCELLED:
            return problem_response(request.scope, "import-cancelled", extra=extra)
        case ImportStatus.FAILED:
            code = job.error_code or "internal-error"
            more = {**(job.error_details or {}), **extra}
            return problem_response(request.scope, code, job.error_message, extra=more)
        case _:
            return None


async def _again(state: ApiState, project_id: int, job: ImportJob) -> ImportJob:
    query = select(ImportJob).where(ImportJob.id == job.id, ImportJob.project_id == project_id)
    async with state.services.sessions() as session:
        found = (await session.scalars(query)).one_or_none()
    if found is None:
        # Someone has deleted it, which cancels it first.
        job.status = ImportStatus.CANCELLED
    return found or job


def _shown(job: ImportJob, status: int, more: Mapping[str, str] | None = None) -> Response:
    headers = RETRY_AFTER if job.status in BUSY_IMPORTS else {}
    return _json(import_resource(job), status, {"Location": import_url(job), **headers, **(more or {})})


def _json(resource: BaseModel, status: int, headers: dict[str, str]) -> Response:
    return Response(resource.model_dump_json(), status, headers, "application/json")
