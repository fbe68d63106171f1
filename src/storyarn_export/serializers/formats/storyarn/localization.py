"""Strings and glossary: rows that come one a language and are written one object a string or term."""

from collections.abc import Mapping, Sequence
from itertools import chain, compress, pairwise
from operator import ne
from typing import Any

from storyarn_export.serializers.formats.storyarn.rows import Column, Template
from storyarn_export.serializers.writing.style import Style

Head = tuple[bytes, ...]


class Grouped:
    """Writes an array of `{…, "translations": {locale: value}}` from rows that come one a locale.

    Memory: one group's head.

    Args:
        style: layout.
        depth: how deep the array's elements stand.
        head: makes a group's own object.
        keys: how many of the head's fields, from the first, tell one group from the next.
    """

    def __init__(self, style: Style, depth: int, head: Template, keys: int) -> None:
        self._style = style
        self._depth = depth
        self._template = head
        self._keys = keys
        self._line = style.line(depth)
        self._opening = b"," + style.key("translations", depth + 1) + b"{"
        self._closing = style.line(depth + 1) + b"}" + style.line(depth) + b"}"
        self._member = style.line(depth + 2) + b"%b" + style.colon + b"%b"
        self._head: Head = ()
        self.groups = 0

    def write(self, heads: Sequence[Column], members: list[bytes], out: list[bytes]) -> None:
        """Append rows' bytes to `out`.

        Args:
            heads: the columns of the group's own object as of each row.
            members: what each row adds to the group's translations, see `members`; may be changed.
            out: what has been written; grows.
        """
        rows = list(zip(*heads, strict=True))
        before = [b","] * len(rows)
        # Where a row's head is not that of the row before it. Most groups have a row for each of a few languages.
        starts = list(compress(range(len(rows)), map(ne, rows, chain((self._head,), rows))))
        for start, end in pairwise([*starts, len(rows)]):
            head = rows[start]
            if head[: self._keys] != self._head[: self._keys]:
                before[start] = self._begin(head)
            elif head != self._head:
                differences = self._differences(head)
                members[start:end] = [member[:-1] + differences + b"}" for member in members[start:end]]
        pieces = [b""] * (2 * len(rows))
        pieces[0::2] = before
        pieces[1::2] = members
        out.append(b"".join(pieces))

    def members(self, locales: Column, values: Column) -> list[bytes]:
        """What rows add to the translations of their groups.

        Args:
            locales: locale codes, JSON strings.
            values: the rows' values for them.
        """
        style, depth = self._style, self._depth + 2
        if style.pretty:
            values = [style.value(value, depth) for value in values]
        return list(map(self._member.__mod__, zip(locales, values, strict=True)))

    def _differences(self, head: Head) -> bytes:
        """The fields in which a row differs from the first of its group, as they follow its own."""
        fields = zip(self._template.names, head, self._head, strict=True)
        return b"".join(b',"%b":%b' % (name, value) for name, value, first in fields if value != first)

    def _begin(self, head: Head) -> bytes:
        """What closes the open group, if there is one, and opens the next."""
        closing = self._closing if self._head else b""
        comma = b"," if self.groups else b""
        shown = self._style.open_object(self._template.object(head), self._depth)
        self._head = head
        self.groups += 1
        return closing + comma + self._line + shown + self._opening

    def close(self, out: list[bytes]) -> None:
        """Close the open group, the array itself left to the caller."""
        if self._head:
            out.append(self._closing)
            self._head = ()

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on; plain JSON."""
        return {"head": [value.decode() for value in self._head], "groups": self.groups}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        self._head = tuple(value.encode() for value in state["head"])
        self.groups = state["groups"]
