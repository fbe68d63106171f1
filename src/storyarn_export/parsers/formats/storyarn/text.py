"""JSON values as text again, and what no text may hold."""

from decimal import Decimal
from typing import Any

import orjson

from storyarn_export.domain.errors import DocumentError
from storyarn_export.parsers.guard import Limits

MAX_INT64 = 2**63 - 1
# What a path shows of a key of user JSON.
KEY_CHARS = 80
NUL_ESCAPE = b"\\u0000"


class Printer:
    """Prints parsed values: what came in comes out, numbers digit for digit.

    Args:
        limits: on numbers.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits

    def print(self, value: Any, path: str) -> bytes:
        """A parsed value as compact JSON.

        Args:
            value: what the window gave; fragments in it are spliced in.
            path: where it stands.

        Raises:
            DocumentError: invalid-text, number-too-large.
        """
        try:
            printed = orjson.dumps(value, default=self._exact)
        except TypeError:
            # A lone surrogate, an integer of more than 64 bits, or a number of too many digits.
            printed = orjson.dumps(self._checked(value, path), default=self._exact)
        if NUL_ESCAPE in printed:
            # It may be a backslash before the letters u0000.
            self._checked(value, path)
        return printed

    def _exact(self, number: Any) -> orjson.Fragment:
        if not isinstance(number, Decimal) or not self._is_fitting(number):
            raise TypeError(number)
        return orjson.Fragment(str(number))

    def _is_fitting(self, number: Decimal) -> bool:
        most = self._limits.max_number_digits
        return len(str(number)) <= most and abs(number.adjusted()) <= most

    def _checked(self, value: Any, path: str) -> Any:
        """The value with large integers as fragments; refuses what no text may hold, and says where it is."""
        match value:
            case dict():
                for key in value:
                    self._check_text(key, path)
                return {
                    key: self._checked(child, f"{path}.{key[:KEY_CHARS]}") for key, child in value.items()
                }
            case list():
                return [self._checked(child, f"{path}[{index}]") for index, child in enumerate(value)]
            case str():
                self._check_text(value, path)
            case bool() | None:
                pass
            case int() if abs(value) > MAX_INT64:
                self._check_number(Decimal(value), path)
                return orjson.Fragment(str(value))
            case Decimal():
                self._check_number(value, path)
        return value

    def _check_number(self, number: Decimal, path: str) -> None:
        if not self._is_fitting(number):
            most = self._limits.max_number_digits
            raise DocumentError("number-too-large", f"has a number of more than {most} digits", path=path)

    def _check_text(self, text: str, path: str) -> None:
        if "\0" in text:
            raise DocumentError("invalid-text", "a text holds the character U+0000", path=path)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise DocumentError("invalid-text", "a text holds half a surrogate pair", path=path) from error
