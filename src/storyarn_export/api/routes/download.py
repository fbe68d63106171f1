"""The exported file."""

from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Header, Request
from starlette.responses import RedirectResponse, Response

from storyarn_export.api.conditional import none_match, range_applies
from storyarn_export.api.dependencies import Downloading, JobId, require_job
from storyarn_export.api.documented import BY_TICKET, BYTES, IN_PROJECT, problems
from storyarn_export.api.filenames import attachment
from storyarn_export.api.files import FileStream, closing
from storyarn_export.api.middleware import WAS_HEAD
from storyarn_export.api.ranges import parse_range
from storyarn_export.api.state import State
from storyarn_export.db.models import ExportJob
from storyarn_export.exports.finished import require_file
from storyarn_export.settings import DownloadMode

router = APIRouter(prefix="/api/projects/{project_id}/exports/{job_id}", tags=["exports"])
FALLBACK_TYPE = "application/octet-stream"
# Long enough to follow it, too short to be passed around.
LINK_SECONDS = 300


@router.get(
    "/download",
    summary="Download the file of an export",
    response_class=Response,
    responses={
        200: {"description": "The whole file", "content": BYTES},
        206: {"description": "The range that was asked for", "content": BYTES},
        304: {"description": "You have it already"},
        307: {
            "description": "The file is where `Location` says, for five minutes and without your token;"
            " where the service keeps files in an object store and is set to redirect"
        },
        **problems(
            *IN_PROJECT,
            *BY_TICKET,
            "export-not-ready",
            "export-expired",
            "range-not-satisfiable",
            "storage-error",
        ),
    },
)
async def download(
    access: Downloading,
    job_id: JobId,
    state: State,
    request: Request,
    byte_range: Annotated[str | None, Header(alias="Range", examples=["bytes=1048576-"])] = None,
    if_range: Annotated[str | None, Header(description="Honour the range only for this ETag.")] = None,
    if_none_match: Annotated[str | None, Header(description="ETag of the file that you have.")] = None,
) -> Response:
    """The file, whole or one range of it. The ETag is its SHA-256; a broken download can be resumed.

    HEAD is answered here in any case, also where GET redirects. A browser that is to save the file without holding
    it in memory uses a ticket of `POST /api/stream-tickets`: `?ticket=…`.
    """
    async with state.services.sessions() as session:
        job = await require_job(session, access, job_id)
    file = await require_file(job, state.services.storage)
    key, size = file.key, file.size
    etag = f'"{job.sha256}"'
    if none_match(if_none_match, etag):
        return Response(status_code=304, headers={"ETag": etag, "Cache-Control": "private, no-store"})
    link = None if request.scope.get(WAS_HEAD) else await _link(state, job, key)
    if link is not None:
        return RedirectResponse(link, status_code=307, headers={"Cache-Control": "private, no-store"})
    part = parse_range(byte_range, size) if range_applies(if_range, etag) else None
    headers = _headers(job, etag)
    media_type = job.content_type or FALLBACK_TYPE
    if part is None:
        status, chunks = 200, state.services.storage.open_read(key)
        headers["Content-Length"] = str(size)
    else:
        status, chunks = 206, state.services.storage.open_read(key, start=part.first, length=part.length)
        headers |= {
            "Content-Length": str(part.length),
            "Content-Range": f"bytes {part.first}-{part.last}/{size}",
        }
    # Opened before the answer begins, so that a file that cannot be read is a problem and not a broken download.
    begun = closing(chunks, await anext(chunks, b""))
    return FileStream(begun, status=status, media_type=media_type, headers=headers)


async def _link(state: State, job: ExportJob, key: str) -> str | None:
    """Where the file can be had without us; None where it is to be had here."""
    if state.services.settings.download_mode is not DownloadMode.REDIRECT:
        return None
    return await state.services.storage.link(
        key,
        disposition=_disposition(job),
        content_type=job.content_type or FALLBACK_TYPE,
        seconds=LINK_SECONDS,
    )


def _disposition(job: ExportJob) -> str:
    return attachment(job.filename or f"export-{job.id}")


def _headers(job: ExportJob, etag: str) -> dict[str, str]:
    digest = b64encode(bytes.fromhex(job.sha256 or "")).decode()
    return {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": _disposition(job),
        "ETag": etag,
        "Repr-Digest": f"sha-256=:{digest}:",
    }
