"""Files for translators: the texts of a project as a table, PO or XLIFF, and back in."""

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from storyarn_export.api.dependencies import Exporting, Importing
from storyarn_export.api.documented import BYTES, IN_PROJECT, file_form, problems
from storyarn_export.api.filenames import attachment
from storyarn_export.api.files import FileStream
from storyarn_export.api.schemas.localization import TextsQuery, TextsReport, TextsUpload
from storyarn_export.api.state import State
from storyarn_export.api.uploads import FileForm, drain
from storyarn_export.domain.errors import InvalidOptionsError, StoryarnError
from storyarn_export.localization.format import TextFormat
from storyarn_export.localization.registry import FORMATS, format_named, format_of_file
from storyarn_export.localization.spool import pieces
from storyarn_export.localization.write import TextsFile

router = APIRouter(prefix="/api/projects/{project_id}", tags=["localization"])
NAMES = [one.name for one in FORMATS]
FORM = file_form(
    "A file as it was exported; its kind is told by the end of its name: "
    + ", ".join(f".{name}" for one in FORMATS for name in one.extensions)
    + "."
)

FormatName = Annotated[str, Path(description="The format.", examples=NAMES)]


class _Spooled(FileStream):
    """Sends a file of the spool, which is gone then, also where nothing of it was read: after a HEAD."""

    def __init__(self, written: TextsFile, headers: Mapping[str, str]) -> None:
        super().__init__(pieces(written.file), media_type=written.media_type, headers=headers)
        self._file = written.file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with self._file:
            await super().__call__(scope, receive, send)


@router.get(
    "/localization.{format_name}",
    summary="Get the texts of a project for translators",
    response_class=Response,
    responses={
        200: {"description": "The file", "content": BYTES},
        **problems(
            *IN_PROJECT,
            "invalid-request",
            "invalid-options",
            "unknown-format",
            "unrepresentable-text",
            "export-too-large",
        ),
    },
)
async def get_texts(
    access: Exporting, format_name: FormatName, query: Annotated[TextsQuery, Query()], state: State
) -> Response:
    """All texts in the order of the story, from one consistent state of the project."""
    chosen = format_named(format_name)
    written = await state.services.localization.write(access.project_id, chosen, _locales(chosen, query))
    headers = {
        "Content-Disposition": attachment(written.filename),
        "Content-Length": str(written.size),
        "Cache-Control": "private, no-store",
    }
    return _Spooled(written, headers)


@router.post(
    "/localization",
    summary="Bring the texts back from translators",
    response_description="What became of them",
    openapi_extra=FORM,
    responses=problems(
        *IN_PROJECT,
        "bad-upload",
        "file-too-large",
        "invalid-document",
        "invalid-request",
        "project-busy",
        "unknown-format",
    ),
)
async def post_texts(
    request: Request, access: Importing, query: Annotated[TextsUpload, Query()], state: State
) -> TextsReport:
    """Change the texts for which the file has another translation or status, in one transaction.

    Texts whose source text has changed since the file was made are reported and left as they are.
    """
    services = state.services.localization
    try:
        form = await FileForm.open(request)
        chosen = format_of_file(form.filename)
        async with aclosing(form.pieces) as arriving:
            received = await services.spool.receive(arriving)
    except StoryarnError:
        await drain(request)
        raise
    with received:
        report = await services.apply(
            project_id=access.project_id,
            user_id=access.caller.user_id,
            chosen=chosen,
            file=received,
            preview=query.preview,
        )
    return TextsReport.of(report, format_name=chosen.name, preview=query.preview)


def _locales(chosen: TextFormat, query: TextsQuery) -> Sequence[str] | None:
    """The locale codes that are asked for; None for all."""
    if chosen.one_language:
        if query.language is None:
            raise _wrong(
                "language", f"A file of the format {chosen.name} has one language.", "`?language=es`"
            )
        return [query.language]
    if query.language is not None:
        raise _wrong("language", f"A file of the format {chosen.name} has many languages.", "`?languages=es`")
    parts = [part.strip() for value in query.languages for part in value.split(",") if part.strip()]
    return None if parts == ["all"] else parts


def _wrong(path: str, message: str, hint: str) -> InvalidOptionsError:
    errors = [{"path": path, "message": message}]
    return InvalidOptionsError(message, hint=f"ask with {hint}", extra={"errors": errors})
