"""What the OpenAPI document says beyond what FastAPI finds out by itself."""

from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from storyarn_export.api.describing import describe, example_of
from storyarn_export.api.problems import MEDIA_TYPE, PROBLEMS
from storyarn_export.api.schemas.common import ProblemBody

Responses = dict[int | str, dict[str, Any]]
SCHEMA = "Problem"
# Bytes of whatever type: generated clients know what to do with the first, and any other is as good. Some are JSON, so
# that nothing more can be said of those.
BYTES_SCHEMA = {"schema": {"type": "string", "format": "binary"}}
BYTES: dict[str, Any] = {"application/octet-stream": BYTES_SCHEMA, "*/*": {"schema": {}}}
FRAMEWORK_SCHEMAS = ("HTTPValidationError", "ValidationError")
# Every operation may answer with these, before it has looked at anything.
ANYWHERE = ("bad-request", "internal-error")
# Every operation below /api may answer with these.
GUARDED = (
    *ANYWHERE,
    "unauthenticated",
    "token-in-url",
    "rate-limited",
    "login-throttled",
    "service-unavailable",
)
IN_PROJECT = (*GUARDED, "insufficient-scope", "forbidden", "not-found")
# What takes a ticket, and what is a stream besides.
BY_TICKET = ("invalid-request",)
STREAMS = (*BY_TICKET, "too-many-streams")
WITH_BODY = (
    "malformed-json",
    "request-timeout",
    "body-too-large",
    "unsupported-media-type",
    "invalid-request",
)


def file_form(description: str) -> dict[str, Any]:
    """The body of an operation that takes a form with one file.

    Args:
        description: of the file.
    """
    field = {"type": "string", "format": "binary", "description": description}
    schema = {"type": "object", "required": ["file"], "properties": {"file": field}}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


def problems(*codes: str) -> Responses:
    """The `responses` of an operation that may answer with these codes."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    return {status: _problem(sorted(set(found))) for status, found in sorted(by_status.items())}


def _problem(codes: list[str]) -> dict[str, Any]:
    return {
        "description": "; ".join(f"`{code}`: {PROBLEMS[code].title}" for code in codes),
        "content": {
            MEDIA_TYPE: {
                # The same everywhere, so that generated clients have one type for it; its codes are the examples.
                "schema": {"$ref": f"#/components/schemas/{SCHEMA}"},
                "examples": {code: example_of(code) for code in codes},
            }
        },
    }


def operation_id(route: APIRoute) -> str:
    """The name of an operation in generated clients: that of its function."""
    return route.name


class DocumentedApi(FastAPI):
    """An application whose document tells of answers as they are."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document."""
        if self.openapi_schema is None:
            document = super().openapi()
            schemas = document["components"]["schemas"]
            schemas[SCHEMA] = {**ProblemBody.model_json_schema(), "title": SCHEMA}
            for path, operations in document["paths"].items():
                for operation in operations.values():
                    _without_framework_errors(operation["responses"])
                    _headers_as_sent(operation.get("parameters", ()))
                    describe(path, operation)
            for name in FRAMEWORK_SCHEMAS:
                schemas.pop(name, None)
        return super().openapi()


def _without_framework_errors(responses: dict[str, Any]) -> None:
    schema = responses.get("422", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("$ref", "").endswith(FRAMEWORK_SCHEMAS):
        del responses["422"]


def _headers_as_sent(parameters: Iterable[dict[str, Any]]) -> None:
    """Says of headers that may be repeated what they are on the way: one text, with commas between the values."""
    for parameter in parameters:
        forms = parameter["schema"].get("anyOf", [parameter["schema"]])
        if parameter["in"] == "header" and any(form.get("type") == "array" for form in forms):
            parameter["schema"] = {"type": "string"}
