"""The OpenAPI document: complete, with examples that are true."""

from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from storyarn_export.api.documented import BYTES
from storyarn_export.api.examples import EXAMPLES
from storyarn_export.api.problems import PROBLEMS

URI = "urn:document"
# Bytes have no examples worth reading, and these answer with nothing or with a place.
WITHOUT_BODY = {"204", "304", "307"}


@pytest.fixture
async def document(anyone: httpx.AsyncClient) -> dict[str, Any]:
    found: dict[str, Any] = (await anyone.get("/openapi.json")).json()
    return found


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def valid(document: dict[str, Any], schema: dict[str, Any], example: Any) -> None:
    registry: Registry[Any] = Registry().with_resource(
        URI, Resource.from_contents(document, default_specification=DRAFT202012)
    )
    absolute = {"$ref": f"{URI}{schema['$ref']}"} if "$ref" in schema else schema
    Draft202012Validator(
        {"$id": URI, **absolute, "components": document["components"]}, registry=registry
    ).validate(example)


async def test_every_operation_says_what_it_takes_and_gives(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["summary"], name
        assert operation["description"], name
        assert operation["operationId"], name
        assert operation["tags"], name
        for parameter in operation.get("parameters", ()):
            said = parameter.get("example") or parameter["schema"].get("examples")
            assert said is not None or parameter["schema"].get("type") == "boolean", (name, parameter)
        for status, answer in operation["responses"].items():
            assert answer["description"] not in {"", "Successful Response"}, (name, status)
            assert "X-Request-ID" in answer["headers"]
            for kind, content in answer.get("content", {}).items():
                assert kind in BYTES or "example" in content or "examples" in content, (name, status, kind)
            assert ("content" in answer) == (status not in WITHOUT_BODY), (name, status)


async def test_every_example_is_true(document: dict[str, Any]) -> None:
    used = set()
    for name, operation in operations(document):
        for content in operation.get("requestBody", {}).get("content", {}).values():
            if "example" in content:
                valid(document, content["schema"], content["example"])
        for answer in operation["responses"].values():
            for kind, content in answer.get("content", {}).items():
                if kind == "application/json":
                    used.add(content["schema"]["$ref"].rpartition("/")[2].removeprefix("Listed_").rstrip("_"))
                    valid(document, content["schema"], content["example"])
                for example in content.get("examples", {}).values():
                    valid(document, content["schema"], example["value"])
        assert name
    assert used == set(EXAMPLES)


async def test_problems_are_those_that_are_documented(document: dict[str, Any]) -> None:
    shown = {
        code: content["examples"][code]["value"]["status"]
        for _, operation in operations(document)
        for status, answer in operation["responses"].items()
        if status >= "400"
        for content in answer["content"].values()
        for code in content["examples"]
    }
    assert {code: PROBLEMS[code].status for code in shown} == shown
    for _, operation in operations(document):
        assert (
            "bad-request" in operation["responses"]["400"]["content"]["application/problem+json"]["examples"]
        )
