"""JSON text in the form PostgreSQL gives to jsonb, for values that had to be rewritten."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

# Numbers whose text Python's own might not give back: fractions, exponents, more digits than a float holds.
INEXACT = re.compile(rb"[0-9][.eE]|[0-9]{16}")


@dataclass(frozen=True, slots=True)
class Number:
    """A number by its text, so that no digit is lost."""

    text: str


def parse_exact(text: bytes | str) -> Any:
    """Parse JSON, keeping the text of every number that Python would print otherwise.

    Raises:
        ValueError: it is not JSON.
    """
    plain = text if isinstance(text, bytes) else text.encode(errors="surrogatepass")
    if INEXACT.search(plain):
        return json.loads(text, parse_float=Number, parse_int=Number, parse_constant=_refuse)
    return json.loads(text, parse_constant=_refuse)


def in_jsonb_order(value: Any) -> Any:
    """The value with the keys of all its objects in jsonb's order: shorter first, then bytewise."""
    match value:
        case dict():
            pairs = sorted((len(key.encode()), key.encode(), key) for key in value)
            return {key: in_jsonb_order(value[key]) for _, _, key in pairs}
        case list():
            return [in_jsonb_order(item) for item in value]
        case _:
            return value


def print_jsonb(value: Any) -> str:
    """Print a value as `jsonb::text` does: a space after each colon and comma, only what JSON requires escaped.

    Args:
        value: what `parse_exact` gives, keys in jsonb's order.
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    except TypeError:
        return _print_exact(value)


def _print_exact(value: Any) -> str:
    match value:
        case dict():
            return (
                "{" + ", ".join(f"{_string(key)}: {_print_exact(item)}" for key, item in value.items()) + "}"
            )
        case list():
            return "[" + ", ".join(map(_print_exact, value)) + "]"
        case Number():
            return value.text
        case _:
            return json.dumps(value, ensure_ascii=False)


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
