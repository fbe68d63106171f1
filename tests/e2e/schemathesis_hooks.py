"""Loaded by Schemathesis: gives it ids of things that are there, beside those that it makes up."""

import json
import os
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import schemathesis
from schemathesis.generation.meta import TestPhase

KNOWN: dict[str, Any] = json.loads(os.environ["CONTRACT_KNOWN_IDS"])
# What is there for as long as the run lasts.
KEPT: dict[str, str] = KNOWN["kept"]
# What may be ended, each once.
SPARE: dict[str, list[str]] = KNOWN["spare"]
PROBLEM = "application/problem+json"
ENDING = ("/cancel", "/execute")
# Of three values that it makes up, two are replaced.
MADE_UP_OF = 3


def strict(status: int, examples: Mapping[str, Any]) -> dict[str, Any]:
    """What a problem of an answer has to be: of its status, and of one of the codes that have an example there."""
    # A document that cannot be read has one of many codes of its own.
    code = {} if "invalid-document" in examples else {"code": {"enum": sorted(examples)}}
    return {"properties": {"status": {"const": status}, **code}}


@schemathesis.hook
def before_load_schema(_: schemathesis.HookContext, raw_schema: dict[str, Any]) -> None:
    """Put them where the document has examples, and have problems be of the codes that have one."""
    for operations in raw_schema["paths"].values():
        for operation in operations.values():
            for status, answer in operation["responses"].items():
                content = answer.get("content", {}).get(PROBLEM)
                if content is not None:
                    content["schema"] = {
                        "allOf": [content["schema"], strict(int(status), content["examples"])]
                    }
            for parameter in operation.get("parameters", ()):
                if parameter["in"] == "path":
                    parameter["schema"]["examples"] = [KEPT[parameter["name"]]]


@schemathesis.hook
def map_path_parameters(
    _: schemathesis.HookContext, path_parameters: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Put them in the place of some of what was made up, always of the same."""
    if not path_parameters:
        return path_parameters
    return {
        name: KEPT[name] if crc32(repr(value).encode()) % MADE_UP_OF else value
        for name, value in path_parameters.items()
    }


@schemathesis.hook
def before_call(_: schemathesis.HookContext, case: "schemathesis.Case[Any]", __: dict[str, Any]) -> None:
    """Ask for what is kept where it is, and end something else in its place."""
    asked = case.path_parameters or {}
    linked = case.meta is not None and case.meta.phase.name is TestPhase.STATEFUL
    for name in ("job_id", "import_id", "asset_id", "flow_id"):
        if asked.get(name) != KEPT[name]:
            continue
        if not linked:
            asked["project_id"] = KEPT["project_id"]
        spare = SPARE.get(name)
        if spare and (case.method.upper() == "DELETE" or case.path.endswith(ENDING)):
            asked[name] = spare.pop() if len(spare) > 1 else spare[0]
