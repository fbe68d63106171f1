"""Examples and headers for the operations of the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from storyarn_export.api.examples import EVENTS, EXAMPLES, IMPORT_ID, JOB_ID, METRICS
from storyarn_export.api.problems import MEDIA_TYPE, PROBLEMS, SERVER_ERROR

REQUEST_ID = "9b1deb4d3b7d4bad9bdd2b0d7b3dcb6d"
IDS = {
    "project_id": "12",
    "job_id": JOB_ID,
    "import_id": IMPORT_ID,
    "asset_id": "42",
    "section": "flows",
    "flow_id": "7",
    "format_name": "csv",
}
LIST_PREFIX = "Listed_"
TEXTS = {"text/event-stream": EVENTS, "text/plain": METRICS}

# What parameters look like; ids have their examples where they are declared.
PARAMETERS: Mapping[str, Any] = {
    "limit": 50,
    "status": "completed",
    "format": "storyarn",
    "ticket": "st_7kq2vQ3nGm9yT0bWcXfR5sLh8dJpZaE1uNi4oKtM6xY",
    "languages": ["all"],
    "language": "es",
    "flow_ids": ["all"],
    "sheet_ids": ["all"],
    "scene_ids": ["all"],
    "include_assets": "references",
    "version": "1.0.0",
    "compression": "none",
    "search": "gate",
    "prefer": "respond-async",
    "accept-encoding": "zstd, gzip;q=0.5",
    "idempotency-key": "b7d6c1f0-6a38-4d6e-9d0b-0f9d3f3f2a11",
    "if-none-match": '"9f86d081884c7d659a2feaa0c55ad015"',
    "if-range": '"9f86d081884c7d659a2feaa0c55ad015"',
    "last-event-id": "7",
    "content-digest": "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:",
}
# Cursors are opaque; these are what lists of numbered things and of jobs give.
CURSOR, CURSOR_OF_JOBS = "MTI", "MDE5OGMzZjItN2E1MS03YzQzLTlmNmUtMmYxZDNiNWE3Yzkw"
LISTS_OF_JOBS = ("list_exports", "list_imports")
REQUESTS: Mapping[str, Any] = {
    "post_project": {"name": "The Long Night", "description": "Three acts and an epilogue."},
    "post_export": {"format": "storyarn", "options": {"include_assets": "none", "pretty_print": True}},
    "validate_project": {"options": {"include_localization": False}},
    "execute_import": {"conflict_resolution": "merge"},
}

Header = Mapping[str, Any]


def _header(description: str, example: str, *, always: bool = True) -> Header:
    return {
        "description": description,
        "required": always,
        "schema": {"type": "string"},
        "example": example,
    }


OF_EVERY_ANSWER = {"X-Request-ID": _header("Names the request in the log.", REQUEST_ID)}
OF_STATUS: Mapping[str, Mapping[str, Header]] = {
    "206": {"Content-Range": _header("Which bytes these are.", "bytes 1048576-2097151/4194304")},
    "307": {
        "Location": _header("Where the file is, for five minutes.", "https://store.example/a?signature=b")
    },
    "401": {"WWW-Authenticate": _header("How to say who you are.", 'Bearer realm="storyarn-export"')},
    "429": {"Retry-After": _header("Seconds to wait.", "30")},
    "503": {"Retry-After": _header("Seconds to wait.", "1")},
}
LOCATION = {"Location": _header("Where the resource is.", f"/api/projects/12/exports/{JOB_ID}")}
TAG = {"ETag": _header("Of this state; for `If-None-Match`.", '"9f86d081884c7d659a2feaa0c55ad015"')}
FILE = {
    **TAG,
    "Accept-Ranges": _header("Ranges can be asked for.", "bytes"),
    "Content-Disposition": _header("A name for the file.", 'attachment; filename="tale.json"'),
    "Repr-Digest": _header(
        "SHA-256 of the whole file.", "sha-256=:n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=:"
    ),
}
REPLAYED = {"Idempotent-Replayed": _header("The request came before.", "true", always=False)}
AGAIN = {"Retry-After": _header("Seconds until it is worth to look again.", "1", always=False)}
OF_OPERATION: Mapping[str, Mapping[str, Mapping[str, Header]]] = {
    "post_project": {"201": LOCATION},
    "post_export": {"200": LOCATION | REPLAYED, "201": LOCATION, "202": LOCATION | AGAIN | REPLAYED},
    "get_export": {"200": TAG | AGAIN, "304": TAG},
    "download": {"200": FILE, "206": FILE, "304": TAG},
    "get_content": {"200": FILE, "206": FILE, "304": TAG},
    "post_import": {"200": LOCATION | REPLAYED, "201": LOCATION, "202": LOCATION | AGAIN | REPLAYED},
    "execute_import": {"200": LOCATION, "202": LOCATION | AGAIN},
    "get_import": {"200": AGAIN},
}


def example_of(code: str) -> dict[str, Any]:
    """What a problem with this code looks like, without its `instance`, which `describe` knows."""
    problem = PROBLEMS[code]
    body = {
        "type": f"/problems/{code}",
        "title": problem.title,
        "status": problem.status,
        "detail": f"{problem.title}.",
        "code": code,
    }
    if problem.status >= SERVER_ERROR:
        body["request_id"] = REQUEST_ID
    return {"summary": problem.title, "value": body}


def describe(path: str, operation: dict[str, Any]) -> None:
    """Give an operation examples of what it takes and gives, and its answers their headers.

    Args:
        path: of the operation, with names of ids in braces.
        operation: of the document; changed in place.
    """
    instance = path.format(**IDS)
    name = operation["operationId"]
    for parameter in operation.get("parameters", ()):
        _with_example(parameter, name)
    if name in REQUESTS:
        operation["requestBody"]["content"]["application/json"]["example"] = REQUESTS[name]
    own = OF_OPERATION.get(name, {})
    for status, response in operation["responses"].items():
        response["headers"] = {
            **OF_EVERY_ANSWER,
            **OF_STATUS.get(status, {}),
            **own.get(status, {}),
            **response.get("headers", {}),
        }
        for media_type, content in response.get("content", {}).items():
            if media_type == MEDIA_TYPE:
                _with_instance(content, instance)
            elif media_type in TEXTS:
                content["example"] = TEXTS[media_type]
            elif media_type == "application/json":
                content.update(_example(content["schema"]["$ref"].rpartition("/")[2]))


def _with_example(parameter: dict[str, Any], operation: str) -> None:
    found = PARAMETERS.get(parameter["name"].lower())
    if parameter["name"] == "cursor":
        found = CURSOR_OF_JOBS if operation in LISTS_OF_JOBS else CURSOR
    if parameter["schema"].get("type") == "boolean":
        found = parameter["schema"].get("default", False)
    if found is not None:
        parameter["example"] = found


def _with_instance(content: dict[str, Any], instance: str) -> None:
    content["examples"] = {
        code: {**example, "value": {**example["value"], "instance": instance}}
        for code, example in content["examples"].items()
    }


def _example(model: str) -> dict[str, Any]:
    # A model without one is found by the tests, not by whoever asks for the document.
    found = EXAMPLES.get(model.removeprefix(LIST_PREFIX).rstrip("_"))
    if found is None:
        return {}
    listed = {"items": [found], "next_cursor": None}
    return {"example": listed if model.startswith(LIST_PREFIX) else found}
