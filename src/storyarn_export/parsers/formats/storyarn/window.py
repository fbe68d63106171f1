"""A JSON text that slides by: the only module that knows how JSON is tokenised.

Containers of any size are walked member by member; what is small enough to be held is read whole, at the speed of the
standard library's C scanner, which (unlike streaming tokenisers) also says where a lone surrogate stands.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from json import JSONDecodeError, JSONDecoder
from typing import Any, NoReturn

from storyarn_export.domain.errors import DocumentError
from storyarn_export.parsers.guard import Limits

WHITESPACE = re.compile(r"[ \t\n\r]*")
# A string, or the part of one that is held.
STRING = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
UNTERMINATED = "Unterminated string"
# A fault this near to the end of the text may be the cut alone; no token but a string is longer.
CUT_CHARS = 16
# What may be read whole without counting its values first: also what decides between reading whole and walking.
HARMLESS_CHARS = 1024 * 1024
SKIP_CHARS = 64 * 1024
# Of our own objects; keys become part of paths.
MAX_KEY_CHARS = 1000
NUMBER_STARTS = frozenset("-0123456789")


class _NotJsonError(ValueError):
    """NaN and its like, which the scanner would take."""


def _refuse_constant(name: str) -> NoReturn:
    raise _NotJsonError(name)


_decoder = JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)
_scan = _decoder.raw_decode


def parse_json(text: str) -> Any:
    """A text that is held whole, with every digit of its numbers.

    Raises:
        ValueError: it is not JSON.
    """
    return _decoder.decode(text)


class Window:
    """Reads one JSON text forwards.

    Memory: the value being read, at most `limits.max_entity_bytes` and one piece.

    Args:
        pieces: the text.
        limits: on entities, depth and members.

    Attributes:
        start: where the value read last begins in `text`; valid until the next read.
        end: where it ends.
        text: what is held of the document.
    """

    def __init__(self, pieces: Iterator[str], limits: Limits) -> None:
        self._pieces = pieces
        self._limits = limits
        self._ended = False
        self._dropped_bytes = 0
        self._at = 0
        self._depth = 0
        self.text = ""
        self.start = 0
        self.end = 0

    def peek(self, path: str) -> str:
        """The next character that means something."""
        if self._at < len(self.text) and self.text[self._at] > " ":
            return self.text[self._at]
        found = WHITESPACE.match(self.text, self._at)
        self._at = found.end() if found else self._at
        while self._at == len(self.text):
            if not self._more():
                raise self._broken("the document ends too early", self._at, path)
            found = WHITESPACE.match(self.text, self._at)
            self._at = found.end() if found else self._at
        return self.text[self._at]

    def finish(self) -> None:
        """Check that nothing follows.

        Raises:
            DocumentError: invalid-json.
        """
        while True:
            found = WHITESPACE.match(self.text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self.text):
                raise self._broken("something follows the document", self._at, None)
            if not self._more():
                return

    def members(self, path: str) -> Iterator[str]:
        """Keys of the object that comes next; the caller reads or skips each value before the next key.

        Raises:
            DocumentError: duplicate-keys, too-deep, invalid-json.
        """
        with self._inside("{", path):
            seen: set[str] = set()
            closed = self._closes("}", path)
            while not closed:
                key = self._key(path)
                if key in seen:
                    raise DocumentError("duplicate-keys", f"the key {key!r} comes twice", path=path)
                seen.add(key)
                yield key
                closed = self._closes_or_goes_on("}", path)

    def items(self, path: str) -> Iterator[int]:
        """Indexes of the array that comes next; the caller reads or skips each item before the next index."""
        with self._inside("[", path):
            index = 0
            closed = self._closes("]", path)
            while not closed:
                yield index
                index += 1
                closed = self._closes_or_goes_on("]", path)

    def value(self, path: str) -> Any:
        """The value that comes next, whole: fractions as Decimal, so that their text can be had again.

        Raises:
            DocumentError: entity-too-large, too-many-values, too-deep, number-too-large, invalid-json.
        """
        value = self._scanned(path, self._limits.max_entity_bytes)
        if value is _TOO_LONG:
            raise DocumentError(
                "entity-too-large", f"has more than {self._limits.max_entity_bytes} bytes", path=path
            )
        return value

    def value_within(self, path: str, most_chars: int) -> tuple[bool, Any]:
        """The value that comes next if it is short: (True, value), else (False, None) and nothing is read.

        Args:
            path: where it stands.
            most_chars: of its text, about; at most HARMLESS_CHARS / 4.
        """
        value = self._scanned(path, most_chars)
        return (False, None) if value is _TOO_LONG else (True, value)

    def skip(self, path: str) -> None:
        """Pass over a value of any size, which must be JSON all the same."""
        held, _ = self.value_within(path, SKIP_CHARS)
        if held:
            return
        match self.peek(path):
            case "{":
                for _ in self.members(path):
                    self.skip(path)
            case "[":
                for _ in self.items(path):
                    self.skip(path)
            case '"':
                self.skip_string(path)
            case _:
                self.value(path)

    def skip_string(self, path: str) -> None:
        """Pass over a string of any size without holding it."""
        if self.peek(path) != '"':
            self.value(path)
            return
        self._at += 1
        while True:
            quote = self.text.find('"', self._at)
            escape = self.text.find("\\", self._at, quote if quote >= 0 else len(self.text))
            if escape < 0 <= quote:
                self._at = quote + 1
                return
            if escape >= 0:
                self._at = escape
                if escape + 1 == len(self.text) and not self._more():
                    break
                self._at += 2
            else:
                self._at = len(self.text)
                if not self._more():
                    break
        raise self._broken("the document ends inside a string", self._at, path)

    def string_pieces(self, path: str) -> Iterator[str]:
        """The string that comes next, in pieces, without holding it; of escapes it may have that of `/` alone.

        Raises:
            DocumentError: invalid-field-types, invalid-value, invalid-json.
        """
        if self.peek(path) != '"':
            self.skip(path)
            raise DocumentError("invalid-field-types", "must be a string", path=path)
        self._at += 1
        while True:
            quote = self.text.find('"', self._at)
            escape = self.text.find("\\", self._at, quote if quote >= 0 else len(self.text))
            end = next((place for place in (escape, quote) if place >= 0), len(self.text))
            if end > self._at:
                piece, self._at = self.text[self._at : end], end
                yield piece
            if escape >= 0:
                if self._at + 1 == len(self.text) and not self._more():
                    break
                if self.text[self._at + 1] != "/":
                    raise DocumentError("invalid-value", "has an escape that it needs not", path=path)
                self._at += 1
                yield "/"
                self._at += 1
            elif quote >= 0:
                self._at += 1
                return
            elif not self._more():
                break
        raise self._broken("the document ends inside a string", self._at, path)

    def _scanned(self, path: str, most: int) -> Any:
        is_number = self.peek(path) in NUMBER_STARTS
        while True:
            fault, where, is_cut = "the document ends too early", len(self.text), True
            try:
                value, end = _scan(self.text, self._at)
            except JSONDecodeError as error:
                fault, where = error.msg[:1].lower() + error.msg[1:], error.pos
                is_cut = where > len(self.text) - CUT_CHARS or error.msg.startswith(UNTERMINATED)
            except (ValueError, ArithmeticError, RecursionError) as error:
                raise self._refused(error, path) from error
            else:
                # A number at the end of what is held may go on.
                if self._ended or not is_number or end <= len(self.text) - CUT_CHARS:
                    return self._accept(value, end, path, most)
            if self._ended or not is_cut:
                raise self._broken(fault, where, path)
            if len(self.text) - self._at > most:
                return _TOO_LONG
            self._double()
            self._refuse_multitudes(path)

    def _accept(self, value: Any, end: int, path: str, most: int) -> Any:
        length = end - self._at
        # UTF-8 takes at most four bytes a character.
        if length * 4 > most and len(self.text[self._at : end].encode("utf-8", "surrogatepass")) > most:
            return _TOO_LONG
        # Each level takes two characters; counting is quicker than walking.
        left = self._limits.max_depth - self._depth
        if length >= 2 * left and self._opened(end) > left and nesting(value) > left:
            raise self._too_deep(path)
        self.start, self.end, self._at = self._at, end, end
        return value

    def _opened(self, end: int) -> int:
        return self.text.count("{", self._at, end) + self.text.count("[", self._at, end)

    def _double(self) -> None:
        wanted = 2 * (len(self.text) - self._at)
        while len(self.text) - self._at < wanted and self._more():
            pass

    def _refuse_multitudes(self, path: str) -> None:
        # A held text is harmless below this whatever it holds.
        if len(self.text) - self._at <= HARMLESS_CHARS:
            return
        most = self._limits.max_members
        if self.text.count(",", self._at) > most and STRING.sub("", self.text[self._at :]).count(",") > most:
            raise DocumentError("too-many-values", f"holds more than {most} values", path=path)

    def _more(self) -> bool:
        for piece in self._pieces:
            if piece:
                self._dropped_bytes += len(self.text[: self._at].encode("utf-8", "surrogatepass"))
                self.text = self.text[self._at :] + piece
                self._at = 0
                return True
        self._ended = True
        return False

    @contextmanager
    def _inside(self, opening: str, path: str) -> Iterator[None]:
        if self.peek(path) != opening:
            raise self._broken(f"{opening!r} is expected", self._at, path)
        self._at += 1
        self._depth += 1
        if self._depth > self._limits.max_depth:
            raise self._too_deep(path)
        yield
        self._depth -= 1

    def _key(self, path: str) -> str:
        if self.peek(path) != '"':
            raise self._broken("a key is expected", self._at, path)
        key = self.value(path)
        if len(key) > MAX_KEY_CHARS:
            raise DocumentError("invalid-value", f"a key has more than {MAX_KEY_CHARS} characters", path=path)
        if self.peek(path) != ":":
            raise self._broken("':' is expected", self._at, path)
        self._at += 1
        return str(key)

    def _closes(self, closing: str, path: str) -> bool:
        if self.peek(path) != closing:
            return False
        self._at += 1
        return True

    def _closes_or_goes_on(self, closing: str, path: str) -> bool:
        if self._closes(closing, path):
            return True
        if self.peek(path) != ",":
            raise self._broken(f"',' or {closing!r} is expected", self._at, path)
        self._at += 1
        if self.peek(path) == closing:
            raise self._broken("a value is expected", self._at, path)
        return False

    def _broken(self, fault: str, where: int, path: str | None) -> DocumentError:
        offset = self._dropped_bytes + len(self.text[:where].encode("utf-8", "surrogatepass"))
        return DocumentError("invalid-json", fault, path=path, offset=offset)

    def _too_deep(self, path: str) -> DocumentError:
        return DocumentError("too-deep", f"nests deeper than {self._limits.max_depth} levels", path=path)

    def _refused(self, error: Exception, path: str) -> DocumentError:
        if isinstance(error, RecursionError):
            return self._too_deep(path)
        if isinstance(error, _NotJsonError):
            return self._broken(f"{error} is not JSON", self._at, path)
        # int() refuses thousands of digits, Decimal() exponents that no computer holds.
        most = self._limits.max_number_digits
        return DocumentError("number-too-large", f"has a number of more than {most} digits", path=path)


_TOO_LONG = object()


def nesting(value: Any) -> int:
    """How many levels of objects and arrays a parsed value has."""
    depth = 0
    level = [value]
    while level := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [child for one in level for child in (one.values() if isinstance(one, dict) else one)]
    return depth
