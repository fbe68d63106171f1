"""Readers of single fields: a parsed JSON value in, the value of a column out."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from storyarn_export.parsers.formats.storyarn.cutting import Cutter

MAX_INT32 = 2**31 - 1
MAX_ID_LENGTH = 255


class FieldError(Exception):
    """A field's value cannot be stored; whoever knows the path turns it into a DocumentError."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


Read = Callable[[Any, Cutter], Any]


@dataclass(frozen=True, slots=True)
class Required:
    """Stands for the default of a field that has to be there.

    Attributes:
        code: of the error where it is not.
    """

    code: str


REQUIRED = Required("missing-required-keys")
EXPECTED = Required("invalid-field-types")


@dataclass(frozen=True, slots=True)
class Field:
    """How one member of an entity's object becomes a column's value.

    Attributes:
        read: turns a value that is neither absent nor null into the column's.
        default: what an absent member becomes; REQUIRED where there must be one.
        null: what null becomes; REQUIRED where there must be a value.
    """

    read: Read
    default: Any = None
    null: Any = None


def text(most: int | None = None, least: int = 0) -> Read:
    """A string of `least` to `most` characters."""
    limit = math.inf if most is None else most

    def read(value: Any, _: Cutter) -> str:
        if type(value) is not str:
            raise _wrong_type("a string")
        # Said once more here, since most fields are texts and a call costs more than the comparison.
        if not least <= len(value) <= limit:
            _check_length(value, least, most)
        return value

    return read


def rich_text(name: str, most: int | None = None) -> Read:
    """A string that may mention sheets and flows."""

    def read(value: Any, cutter: Cutter) -> str:
        if type(value) is not str:
            raise _wrong_type("a string")
        _check_length(value, 0, most)
        return cutter.text(value, name, name)

    return read


def matching(pattern: Callable[[str], object], what: str, most: int) -> Read:
    """A string of at most `most` characters that `pattern` accepts; a blank one is as good as none."""

    def read(value: Any, _: Cutter) -> str | None:
        if type(value) is not str:
            raise _wrong_type("a string")
        if value == "":
            return None
        _check_length(value, 1, most)
        if not pattern(value):
            raise FieldError("invalid-value", f"must be {what}")
        return value

    return read


def choice(*values: str) -> Read:
    """One of some words."""
    known = frozenset(values)

    def read(value: Any, _: Cutter) -> str:
        if type(value) is not str:
            raise _wrong_type("a string")
        if value not in known:
            raise FieldError("invalid-value", f"{value[:40]!r} is none of {', '.join(values)}")
        return value

    return read


def integer(least: int = -MAX_INT32 - 1, most: int = MAX_INT32) -> Read:
    """A whole number from `least` to `most`."""

    def read(value: Any, _: Cutter) -> int:
        if type(value) is not int:
            raise _wrong_type("an integer")
        if not least <= value <= most:
            raise FieldError("invalid-value", f"must be an integer from {least} to {most}")
        return value

    return read


def number(least: float = -math.inf, most: float = math.inf, *, above: bool = False) -> Read:
    """A finite number from `least` (or above it) to `most`."""

    def read(value: Any, _: Cutter) -> float:
        if type(value) is not Decimal and type(value) is not int:
            raise _wrong_type("a number")
        try:
            result = float(value)
        except OverflowError:
            result = math.inf
        if not math.isfinite(result) or not least <= result <= most or (above and result == least):
            raise FieldError("invalid-value", f"must be a number {_range(least, most, above=above)}")
        return result

    return read


def flag(value: Any, _: Cutter) -> bool:
    """True or false."""
    if type(value) is not bool:
        raise _wrong_type("true or false")
    return value


def old_id(value: Any, _: Cutter | None = None) -> str | None:
    """An id, a string or a number in the file, as text; a blank one is as good as none."""
    if type(value) is int:
        value = str(value)
    if type(value) is not str:
        raise _wrong_type("an id (a string or an integer)")
    if len(value) > MAX_ID_LENGTH:
        _check_length(value, 0, MAX_ID_LENGTH)
    return value or None


def old_ids(value: Any, cutter: Cutter) -> list[str]:
    """A list of ids; blank ones left out."""
    if type(value) is not list:
        raise _wrong_type("an array")
    return [one for one in (old_id(item, cutter) for item in value) if one]


def uuid(value: Any, _: Cutter) -> UUID | None:
    """A UUID as text; a blank one is as good as none."""
    if type(value) is not str:
        raise _wrong_type("a string")
    try:
        return UUID(value) if value else None
    except ValueError:
        raise FieldError("invalid-value", "must be a UUID") from None


def moment(value: Any, _: Cutter) -> datetime:
    """An RFC 3339 time; one without offset is UTC."""
    if type(value) is not str:
        raise _wrong_type("a string")
    try:
        parsed = datetime.fromisoformat(value)
        return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise FieldError("invalid-value", "must be a time as in RFC 3339") from None


def _check_length(value: str, least: int, most: int | None) -> None:
    if len(value) < least or (most is not None and len(value) > most):
        wanted = f"{least} to {most}" if most is not None else f"at least {least}"
        raise FieldError("invalid-value", f"must have {wanted} characters, has {len(value)}")


def _range(least: float, most: float, *, above: bool) -> str:
    low = f"{'above' if above else 'from'} {least:g}" if math.isfinite(least) else ""
    high = f"to {most:g}" if math.isfinite(most) else ""
    return " ".join(part for part in (low, high) if part) or "that a double can hold"


def _wrong_type(wanted: str) -> FieldError:
    return FieldError("invalid-field-types", f"must be {wanted}")
