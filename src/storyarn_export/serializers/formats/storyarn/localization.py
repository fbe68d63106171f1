"""Strings and glossary: rows that come one a language and are written one object a string or term."""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

import orjson

from storyarn_export.domain.story import Batch
from storyarn_export.serializers.writing.style import Style

# What comes before names the string; within a JSON string the quotes would be escaped.
SOURCE_KEYS = b',"source_text":'
SOURCE_FIELDS = ("source_text", "source_text_hash", "speaker_sheet_id")


class Grouped:
    """Writes an array of `{…, "translations": {locale: value}}` from rows that come one a locale.

    Memory: one group's head.

    Args:
        style: layout.
        depth: how deep the array's elements stand.
        key_of: what of a head tells one group from the next.
    """

    def __init__(self, style: Style, depth: int, key_of: Callable[[bytes], bytes]) -> None:
        self._style = style
        self._depth = depth
        self._key_of = key_of
        self._line = style.line(depth)
        self._opening = b"," + style.key("translations", depth + 1) + b"{"
        self._closing = style.line(depth + 1) + b"}" + style.line(depth) + b"}"
        self._key: bytes | None = None
        self._head = b""
        self.groups = 0

    def write(self, batch: Batch, out: list[bytes]) -> None:
        """Append rows' bytes to `out`.

        Args:
            batch: the group's own object as of each row; then locale codes and the rows' values for them.
            out: what has been written; grows.
        """
        locales, values = batch.more
        start = 0
        for head, run in groupby(batch.bodies):
            end = start + len(list(run))
            self._members(head, locales[start:end], values[start:end], out)
            start = end

    def _members(
        self, head: bytes, locales: Sequence[bytes], values: Sequence[bytes], out: list[bytes]
    ) -> None:
        """Rows with equal heads: in the open group, or the first of a new one."""
        key = self._key if head == self._head else self._key_of(head)
        if key != self._key:
            self.close(out)
            self._key, self._head = key, head
            self._begin(head, out)
        else:
            out.append(b",")
            if head != self._head:
                values = [_with_differences(value, head, self._head) for value in values]
        style, depth = self._style, self._depth + 2
        line = style.line(depth)
        if style.pretty:
            values = [style.value(value, depth) for value in values]
        pairs = zip(locales, values, strict=True)
        out.append(line + (b"," + line).join([locale + style.colon + value for locale, value in pairs]))

    def _begin(self, head: bytes, out: list[bytes]) -> None:
        comma = b"," if self.groups else b""
        out.append(comma + self._line + self._style.open_object(head, self._depth) + self._opening)
        self.groups += 1

    def close(self, out: list[bytes]) -> None:
        """Close the open group, the array itself left to the caller."""
        if self._key is not None:
            out.append(self._closing)
            self._key, self._head = None, b""

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on; plain JSON."""
        key = None if self._key is None else self._key.decode()
        return {"key": key, "head": self._head.decode(), "groups": self.groups}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self._key = None if state["key"] is None else state["key"].encode()
        self._head = state["head"].encode()
        self.groups = state["groups"]


def string_key(head: bytes) -> bytes:
    """What tells one string from the next: type, id and field."""
    return head.partition(SOURCE_KEYS)[0]


def term_key(head: bytes) -> bytes:
    """What tells one glossary entry from the next: all of it."""
    return head


def _with_differences(value: bytes, head: bytes, first: bytes) -> bytes:
    """A translation with the source fields in which its row differs from the string's first."""
    own, string = orjson.loads(head), orjson.loads(first)
    differing = {field: own[field] for field in SOURCE_FIELDS if own[field] != string[field]}
    return value[:-1] + b"," + orjson.dumps(differing)[1:]
