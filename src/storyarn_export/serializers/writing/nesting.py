"""Arrays within arrays, written while their rows come past in document order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

from storyarn_export.serializers.writing.style import Style


@dataclass(frozen=True, slots=True)
class Arrays:
    """The arrays that an object holds after its own keys.

    Attributes:
        keys: their names in document order.
        wrapper: key of the object around them; None when they stand in the object itself.
    """

    keys: tuple[str, ...]
    wrapper: str | None = None


# Compared by identity, which is quicker: tags whose rows stand in one array share a place.
@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where rows with a tag stand.

    Attributes:
        depth: 0 in the section's array, 1 in an array of such an object, and so on.
        array: which of the parent's arrays, counted from 0.
        holds: the arrays of the row's own object; None for a leaf.
    """

    depth: int
    array: int = 0
    holds: Arrays | None = None


class Bodies(Protocol):
    """The objects of rows without their arrays, JSON text. Rows that are asked for together have one place."""

    def each(self, start: int, end: int) -> Sequence[bytes]:
        """The objects of the rows from `start` to before `end`."""

    def joined(self, start: int, end: int) -> bytes:
        """The same with commas between them."""


class Texts:
    """Objects that have been made already.

    Args:
        texts: one for each row.
    """

    def __init__(self, texts: Sequence[bytes]) -> None:
        self._texts = texts

    def each(self, start: int, end: int) -> Sequence[bytes]:
        """See `Bodies`."""
        return self._texts[start:end]

    def joined(self, start: int, end: int) -> bytes:
        """See `Bodies`."""
        return b",".join(self._texts[start:end])


class Nesting:
    """Writes one array of objects that hold arrays of objects.

    Rows come in document order: an object first, then what it holds, array after array. Memory: what is open,
    never what has been written.

    Args:
        places: the place of each tag.
        style: layout.
        depth: how deep the array's elements stand.
    """

    def __init__(self, places: Mapping[bytes, Place], style: Style, depth: int) -> None:
        self._places = places
        self._style = style
        # One entry an open object: its arrays and the index of the one being written, -1 before the first.
        self._open: list[tuple[Arrays, int]] = []
        # How deep the elements of each open array stand, the section's own first.
        self._depths = [depth]
        self._empty = True

    def write(self, tags: Sequence[bytes], bodies: Bodies, out: list[bytes]) -> None:
        """Append rows' bytes to `out`, with whatever has to be closed and opened between them.

        Args:
            tags: each row's tag, one of the places.
            bodies: the rows' objects without their arrays.
            out: what has been written; grows.
        """
        start = 0
        # Nearly every row is a leaf after a leaf of the same array: such runs are moved as one.
        for place, run in groupby(map(self._places.__getitem__, tags)):
            end = start + len(list(run))
            if place.holds is None:
                self._leaves(place, bodies, start, end, out)
            else:
                for body in bodies.each(start, end):
                    self._branch(place, place.holds, body, out)
            start = end

    def _leaves(self, place: Place, bodies: Bodies, start: int, end: int, out: list[bytes]) -> None:
        self._place(place, out)
        if not self._style.pretty:
            out.append(bodies.joined(start, end))
            return
        depth = self._depths[place.depth]
        line = self._style.line(depth)
        values = [self._style.value(body, depth) for body in bodies.each(start, end)]
        out.append(line + (b"," + line).join(values))

    def _branch(self, place: Place, holds: Arrays, body: bytes, out: list[bytes]) -> None:
        self._place(place, out)
        depth = self._depths[place.depth]
        out.append(self._style.line(depth) + self._style.open_object(body, depth))
        if holds.wrapper is not None:
            out.append(b"," + self._style.key(holds.wrapper, depth + 1) + b"{")
        self._push(holds, -1)

    def _push(self, holds: Arrays, index: int) -> None:
        self._open.append((holds, index))
        # An object's array is one level in, its elements two; a wrapper adds one.
        self._depths.append(self._depths[-1] + 2 + (holds.wrapper is not None))

    def _place(self, place: Place, out: list[bytes]) -> None:
        """Close and open until a row may stand at `place`; a comma if one stands there already."""
        while len(self._open) > place.depth:
            self._close(out)
        if place.depth:
            self._enter(place.array, out)
            return
        out.append(b"" if self._empty else b",")
        self._empty = False

    def close(self, out: list[bytes]) -> None:
        """Close what is open, the array itself left to the caller."""
        while self._open:
            self._close(out)

    @property
    def empty(self) -> bool:
        """Whether nothing has been written."""
        return self._empty

    def state(self) -> dict[str, Any]:
        """All that has to be known to go on after the bytes written so far; plain JSON."""
        return {"open": [[list(a.keys), a.wrapper, index] for a, index in self._open], "empty": self._empty}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state` gave."""
        for keys, wrapper, index in state["open"]:
            self._push(Arrays(tuple(keys), wrapper), index)
        self._empty = state["empty"]

    def _enter(self, array: int, out: list[bytes]) -> None:
        arrays, current = self._open[-1]
        if array == current:
            out.append(b",")
            return
        depth = self._depths[-1] - 1
        first = self._leave(array, out)
        out.append(b"" if first else b",")
        out.append(self._style.key(arrays.keys[array], depth) + b"[")
        self._open[-1] = (arrays, array)

    def _leave(self, until: int, out: list[bytes]) -> bool:
        """End the array being written and pass over those before `until`; True if no key stands before."""
        arrays, current = self._open[-1]
        depth = self._depths[-1] - 1
        if current >= 0:
            out.append(self._style.line(depth) + b"]")
        first = arrays.wrapper is not None and current < 0
        for skipped in arrays.keys[current + 1 : until]:
            out.append(b"" if first else b",")
            out.append(self._style.key(skipped, depth) + b"[]")
            first = False
        return first

    def _close(self, out: list[bytes]) -> None:
        arrays, _ = self._open[-1]
        depth = self._depths[-1] - 1
        self._leave(len(arrays.keys), out)
        if arrays.wrapper is not None:
            out.append(self._style.line(depth - 1) + b"}")
            depth -= 1
        out.append(self._style.line(depth - 1) + b"}")
        self._open.pop()
        self._depths.pop()
