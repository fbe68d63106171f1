"""`--option key=value` as the API takes it."""

from collections.abc import Iterable
from dataclasses import fields

from storyarn_export.cli.failures import usage_error
from storyarn_export.cli.suggestions import did_you_mean
from storyarn_export.domain.options import ExportOptions

KNOWN = frozenset(field.name for field in fields(ExportOptions))
LISTS = frozenset({"languages", "flow_ids", "sheet_ids", "scene_ids"})
ALL = "all"
BOOLEANS = {"true": True, "false": False}


def parse_options(pairs: Iterable[str]) -> dict[str, object]:
    """The options of an export.

    Args:
        pairs: such as `include_flows=false`, `languages=en,de`, `flow_ids=all`, `sheet_ids=` (none). Which keys and
            values there are is for the server to say, which may be newer; only a key that is nearly one is taken for
            a slip.

    Raises:
        typer.BadParameter: Not of the form key=value, a key twice, or a slip.
    """
    options: dict[str, object] = {}
    for pair in pairs:
        key, separator, value = pair.partition("=")
        if not separator or not key:
            raise usage_error("--option", f"takes KEY=VALUE, not {pair!r}")
        if key in options:
            raise usage_error("--option", f"{key} is given twice")
        if key not in KNOWN and (question := did_you_mean(key, KNOWN)):
            raise usage_error("--option", f"there is no option {key!r}.{question}")
        options[key] = _value(key, value)
    return options


def _value(key: str, value: str) -> object:
    if key in LISTS and value != ALL:
        return [part.strip() for part in value.split(",") if part.strip()]
    return BOOLEANS.get(value, value)
