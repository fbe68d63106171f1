"""JSON text in the form PostgreSQL gives to jsonb, for values that had to be rewritten."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson


@dataclass(frozen=True, slots=True)
class Number:
    """A number by its text, so that no digit is lost."""

    text: str


def parse_exact(text: bytes | str) -> Any:
    """Parse JSON, keeping every number as its text.

    Raises:
        ValueError: it is not JSON.
    """
    return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_refuse)


def print_jsonb(value: Any) -> str:
    """Print a value as `jsonb::text` does: shorter keys first, then bytewise; a space after each colon and comma.

    Args:
        value: what `parse_exact` gives; dicts, lists, strings, numbers, booleans, None.
    """
    match value:
        case dict():
            keys = sorted((key.encode(), key) for key in value)
            keys.sort(key=lambda pair: len(pair[0]))
            members = (f"{_string(key)}: {print_jsonb(value[key])}" for _, key in keys)
            return "{" + ", ".join(members) + "}"
        case list():
            return "[" + ", ".join(map(print_jsonb, value)) + "]"
        case str():
            return _string(value)
        case Number():
            return value.text
        case _:
            return json.dumps(value)


def indented(text: bytes) -> bytes:
    """A JSON text again, indented by two spaces a level, keys in their order, every number as it was."""
    value = json.loads(text, parse_float=orjson.Fragment, parse_int=orjson.Fragment)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2)


def loads_all(texts: Sequence[bytes]) -> list[Any]:
    """The values of many JSON texts, parsed as one, which is quicker; for looking inside, not for writing again."""
    values: list[Any] = orjson.loads(b"[" + b",".join(texts) + b"]")
    return values


def _string(text: str) -> str:
    return orjson.dumps(text).decode()


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
