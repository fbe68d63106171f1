"""The quick export: a small project as a file, at once."""

from typing import Annotated

from fastapi import APIRouter, Header, Query
from starlette.responses import Response

from storyarn_export.api.dependencies import Exporting
from storyarn_export.api.documented import BYTES, IN_PROJECT, problems
from storyarn_export.api.encodings import Coding, choose_coding, encoded
from storyarn_export.api.filenames import attachment
from storyarn_export.api.files import FileStream, closing
from storyarn_export.api.schemas.options import QuickQuery
from storyarn_export.api.state import State
from storyarn_export.domain.errors import ExportTooLargeError, ValidationFailedError
from storyarn_export.domain.options import AssetMode, Compression

router = APIRouter(prefix="/api/projects/{project_id}/export", tags=["exports"])
WRONG = ("invalid-request", "invalid-options", "unknown-format", "export-too-large", "validation-failed")


@router.get(
    "",
    summary="Export a small project at once",
    response_class=Response,
    responses={
        200: {
            "description": "The file; where it is not compressed itself, on its way as `Accept-Encoding` likes it best",
            "content": BYTES,
            "headers": {
                "Content-Encoding": {
                    "description": "How it is compressed on its way.",
                    "schema": {"enum": [Coding.ZSTD.value, Coding.GZIP.value]},
                },
                "Vary": {"description": "`Accept-Encoding`.", "schema": {"type": "string"}},
            },
        },
        **problems(*IN_PROJECT, *WRONG, "asset-damaged", "not-acceptable", "storage-error"),
    },
)
async def quick_export(
    access: Exporting,
    query: Annotated[QuickQuery, Query()],
    state: State,
    accept_encoding: Annotated[list[str] | None, Header(examples=[["zstd, gzip;q=0.5"]])] = None,
) -> Response:
    """Streams the file while it is read; no job is made. Projects over the threshold are refused.

    With the option `compression` the file itself is compressed; `Accept-Encoding` compresses it only on its way.
    """
    coding = Coding.IDENTITY if _is_packed(query) else choose_coding(accept_encoding or ())
    try:
        stream = await state.services.quick_export(
            project_id=access.project_id,
            format_name=query.format,
            options=query.to_options().to_domain(),
        )
    except ExportTooLargeError as error:
        error.extra["export_url"] = f"/api/projects/{access.project_id}/exports"
        raise
    # Taken before the answer begins, so that a reading that fails at once is a problem and not a broken file.
    try:
        first = await anext(stream.chunks)
    except ValidationFailedError as error:
        error.extra["validate_url"] = f"/api/projects/{access.project_id}/exports/validate"
        raise
    headers = {"Content-Disposition": attachment(stream.filename), "Cache-Control": "private, no-store"}
    if not _is_packed(query):
        headers["Vary"] = "Accept-Encoding"
    if coding is not Coding.IDENTITY:
        headers["Content-Encoding"] = coding.value
    chunks = encoded(closing(stream.chunks, first), coding)
    return FileStream(chunks, media_type=stream.content_type, headers=headers)


def _is_packed(query: QuickQuery) -> bool:
    """Whether compressing it once more would gain nothing."""
    return query.compression is not Compression.NONE or query.include_assets is AssetMode.BUNDLED
