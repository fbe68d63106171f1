"""The one form in which dialogue responses are written, so that readers need not know the editor's history."""

from typing import Any

from storyarn_export.domain.conditions import decode_assignments, decode_condition
from storyarn_export.serializers.writing.jsonb import in_jsonb_order, parse_exact, print_jsonb


def is_normal(response: object) -> bool:
    """Whether a response has the normal form, so that it need not be rewritten; what is no object has it."""
    if not isinstance(response, dict):
        return True
    assignments = response.get("instruction_assignments")
    return (
        "condition" in response
        and (response["condition"] is None or isinstance(response["condition"], dict))
        and isinstance(assignments, list)
        and (bool(assignments) or not isinstance(response.get("instruction"), str))
    )


def normalise_data(data: bytes) -> bytes:
    """The data of a dialogue node with its responses in the normal form, the rest as it was.

    Args:
        data: a JSON object as the collector gives it, with a list of responses.
    """
    value = parse_exact(data)
    value["responses"] = [
        one if is_normal(one) else in_jsonb_order(_normalise(one)) for one in value["responses"]
    ]
    return print_jsonb(value).encode()


def _normalise(response: dict[str, Any]) -> dict[str, Any]:
    return {
        **response,
        "condition": _condition(response.get("condition")),
        "instruction_assignments": _assignments(response),
    }


def _condition(stored: Any) -> Any:
    match stored:
        case None | "":
            return None
        case str():
            structured = decode_condition(stored, parse_exact)
            return stored if structured is None else structured
        case dict():
            return stored
        case _:
            # Neither text nor structure: kept as the text that it would have been, since readers expect one of them.
            return print_jsonb(in_jsonb_order(stored))


def _assignments(response: dict[str, Any]) -> list[Any]:
    native = response.get("instruction_assignments")
    if isinstance(native, list) and native:
        return native
    instruction = response.get("instruction")
    decoded = decode_assignments(instruction, parse_exact) if isinstance(instruction, str) else None
    return decoded or []
