"""Compact or pretty: the two ways a document is laid out."""

from dataclasses import dataclass

import orjson

from storyarn_export.serializers.writing.jsonb import indented


@dataclass(frozen=True, slots=True)
class Style:
    """How structure of ours is written. Values arrive as finished JSON text and are only moved in."""

    pretty: bool

    @property
    def colon(self) -> bytes:
        """Between a key and its value."""
        return b": " if self.pretty else b":"

    def line(self, depth: int) -> bytes:
        """What goes before something that stands on a line of its own, `depth` levels deep."""
        return b"\n" + b"  " * depth if self.pretty else b""

    def value(self, text: bytes, depth: int) -> bytes:
        """A value whose closing bracket stands `depth` levels deep."""
        return indented(text).replace(b"\n", self.line(depth)) if self.pretty else text

    def key(self, name: str, depth: int) -> bytes:
        """A key of ours on its line, colon included."""
        return self.line(depth) + b'"' + name.encode() + b'"' + self.colon

    def open_object(self, text: bytes, depth: int) -> bytes:
        """An object without its closing brace, so that more keys can follow after a comma."""
        return self.value(text, depth)[:-1].rstrip()

    def dump(self, value: object, depth: int) -> bytes:
        """A Python value of ours."""
        return self.value(orjson.dumps(value), depth)
