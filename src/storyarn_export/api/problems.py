"""Every answer that is not a success: RFC 9457 `application/problem+json`, one code for each cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json import dumps
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Scope

from storyarn_export.api.errors import HttpError
from storyarn_export.domain.errors import DocumentError, StoryarnError

MEDIA_TYPE = "application/problem+json"
# More would not help anyone, and a body may hold a hundred thousand mistakes.
MAX_ERRORS = 100
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Problem:
    """What a code means.

    Attributes:
        status: of the answer.
        title: the same every time.
        passes: it passes by itself, so that clients may ask again soon.
    """

    status: int
    title: str
    passes: bool = False


PROBLEMS: Mapping[str, Problem] = {
    "malformed-json": Problem(400, "The body is not JSON"),
    "bad-request": Problem(400, "The request cannot be understood"),
    "unauthenticated": Problem(401, "A valid token is needed"),
    "token-in-url": Problem(401, "Tokens do not belong in URLs"),
    "forbidden": Problem(403, "Your role does not allow this"),
    "insufficient-scope": Problem(403, "The token is not meant for this"),
    "not-found": Problem(404, "There is no such thing"),
    "method-not-allowed": Problem(405, "This method is not offered here"),
    "not-acceptable": Problem(406, "Nothing that you take can be given"),
    "request-timeout": Problem(408, "The body did not come in time"),
    "asset-damaged": Problem(409, "The stored bytes of an asset are damaged"),
    "conflict": Problem(409, "The request does not fit the present state"),
    "export-not-ready": Problem(409, "The export is not finished", passes=True),
    "export-cancelled": Problem(409, "The export was cancelled"),
    "already-executed": Problem(409, "The import has been executed"),
    "import-not-ready": Problem(409, "The file has not been read yet", passes=True),
    "import-cancelled": Problem(409, "The import was cancelled"),
    "not-cancellable": Problem(409, "The job is over"),
    "preview-stale": Problem(409, "The project has changed since the preview"),
    "export-expired": Problem(410, "The file is no longer kept"),
    "import-expired": Problem(410, "The import was not executed in time"),
    "file-too-large": Problem(413, "The file is too large"),
    "asset-too-large": Problem(413, "The asset is too large"),
    "body-too-large": Problem(413, "The body is too large"),
    "unsupported-media-type": Problem(415, "The body is of the wrong kind"),
    "range-not-satisfiable": Problem(416, "The range lies outside the file"),
    "invalid-request": Problem(422, "The request has wrong values"),
    "invalid-options": Problem(422, "The options have wrong values"),
    "unknown-format": Problem(422, "The format is not known"),
    "export-too-large": Problem(422, "The project is too large to stream at once"),
    "unrepresentable-text": Problem(422, "A text does not fit into this format"),
    "idempotency-key-reused": Problem(422, "The key came with another request before"),
    "bad-upload": Problem(422, "The form does not hold exactly one file"),
    "asset-mismatch": Problem(422, "The bytes are not what is said of them"),
    "invalid-document": Problem(422, "The document cannot be read"),
    "validation-failed": Problem(422, "The project has errors that an export must not have"),
    "rate-limited": Problem(429, "Too many requests"),
    "login-throttled": Problem(429, "Too many wrong tokens"),
    "too-many-streams": Problem(429, "Too many open event streams"),
    "internal-error": Problem(500, "Something went wrong on our side"),
    "run-failed": Problem(500, "The export failed"),
    "count-mismatch": Problem(500, "The file did not hold what was counted"),
    "worker-died": Problem(500, "The processes that ran the export died"),
    "verification-timeout": Problem(500, "The verification took too long"),
    "undo-export-failed": Problem(500, "The project could not be kept as it was"),
    "superseded": Problem(500, "Another attempt took the export over"),
    "service-unavailable": Problem(503, "The service cannot answer for the moment", passes=True),
    "project-busy": Problem(503, "Another import into the project is not over", passes=True),
    "storage-error": Problem(503, "Files cannot be stored or read for the moment", passes=True),
    "not-ready": Problem(503, "The service is not ready", passes=True),
}
BY_STATUS = {
    400: "bad-request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    408: "request-timeout",
    409: "conflict",
    413: "body-too-large",
    415: "unsupported-media-type",
    422: "invalid-request",
    503: "service-unavailable",
}
RETRY_AFTER = {"Retry-After": "1"}


def problem_response(
    scope: Scope,
    code: str,
    detail: str | None = None,
    *,
    extra: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer for a code.

    Args:
        scope: of the request.
        code: one of PROBLEMS, or a code of a broken document.
        detail: one sentence; with a 5xx the title takes its place, since it might tell of internals.
        extra: more fields; those that are None are left out.
        headers: more headers.
    """
    problem = PROBLEMS.get(code, PROBLEMS["invalid-document"])
    body = {name: value for name, value in (extra or {}).items() if value is not None}
    body |= {"type": f"/problems/{code}", "title": problem.title, "status": problem.status}
    body |= {"detail": detail or f"{problem.title}.", "instance": scope["path"], "code": code}
    if problem.status >= SERVER_ERROR:
        body |= {"detail": f"{problem.title}.", "request_id": scope["state"]["request_id"]}
    more = {**(RETRY_AFTER if problem.passes else {}), **(headers or {})}
    # In ASCII: what a client sent may come back in a message, and need not be encodable.
    return Response(dumps(body), problem.status, {**more, "Cache-Control": "no-store"}, MEDIA_TYPE)


def from_error(scope: Scope, error: StoryarnError) -> Response:
    """The answer for an error of ours."""
    code = error.document_code if isinstance(error, DocumentError) else error.code
    headers = error.headers if isinstance(error, HttpError) else None
    return problem_response(
        scope, code, error.message, extra={**error.extra, "hint": error.hint}, headers=headers
    )


def from_http_exception(scope: Scope, error: HTTPException) -> Response:
    """The answer for an exception of the framework."""
    fallback = "internal-error" if error.status_code >= SERVER_ERROR else "bad-request"
    return problem_response(scope, BY_STATUS.get(error.status_code, fallback), headers=error.headers)


def from_validation(scope: Scope, error: RequestValidationError) -> Response:
    """The answer for a request whose values are wrong, each named with its path."""
    found = error.errors()
    if any(one["type"] == "json_invalid" for one in found):
        return problem_response(scope, "malformed-json", f"The body is not JSON: {found[0]['ctx']['error']}.")
    if len(found) == 1 and isinstance(found[0]["input"], bytes):
        # The framework hands over as bytes what does not say that it is JSON.
        detail = "The body has to be JSON, with `Content-Type: application/json`."
        return problem_response(scope, "unsupported-media-type", detail)
    found = _of_lists(found)
    errors = [{"path": path_of(one["loc"]), "message": one["msg"]} for one in found[:MAX_ERRORS]]
    only_options = all(one["loc"][1:2] == ("options",) for one in found)
    code = "invalid-options" if only_options else "invalid-request"
    first = errors[0]
    place = f"{first['path']}: " if first["path"] else ""
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return problem_response(scope, code, f"{place}{first['message']}{more}.", extra={"errors": errors})


def _of_lists(found: Sequence[Any]) -> Sequence[Any]:
    """Of a value that is neither "all" nor a list of good values, what is wrong with the list."""
    return [one for one in found if one["type"] != "literal_error"] or found


def path_of(location: Sequence[str | int]) -> str:
    """Where a wrong value stands, such as `options.flow_ids[2]`; empty for the whole body."""
    path = ""
    for step in location[1:]:
        if isinstance(step, str) and "[" in step:
            # Which of several types was tried; no field is called so.
            continue
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
