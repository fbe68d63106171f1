"""Circles of calls."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet


def on_circles(calls: Mapping[str, AbstractSet[str]]) -> set[str]:
    """Whatever can come back to itself by at least one call.

    These are the strongly connected components of two and more, and what calls itself; not what merely leads to a
    circle. Time and memory grow with the calls, whatever their depth.

    Args:
        calls: what each calls.
    """
    return _Search(calls).run()


class _Search:
    """Tarjan's search, with a stack of its own."""

    def __init__(self, calls: Mapping[str, AbstractSet[str]]) -> None:
        self._calls = calls
        self._number: dict[str, int] = {}
        self._lowest: dict[str, int] = {}
        self._open: dict[str, None] = {}
        self._work: list[tuple[str, Iterator[str]]] = []
        self._found: set[str] = set()

    def run(self) -> set[str]:
        for start in self._calls:
            if start not in self._number:
                self._enter(start)
            while self._work:
                self._step()
        return self._found

    def _enter(self, one: str) -> None:
        self._number[one] = self._lowest[one] = len(self._number)
        self._open[one] = None
        self._work.append((one, iter(self._called_by(one))))

    def _step(self) -> None:
        one, ahead = self._work[-1]
        called = next(ahead, None)
        if called is None:
            self._leave(one)
        elif called not in self._number:
            self._enter(called)
        elif called in self._open:
            self._lowest[one] = min(self._lowest[one], self._number[called])

    def _leave(self, one: str) -> None:
        self._work.pop()
        if self._work:
            above = self._work[-1][0]
            self._lowest[above] = min(self._lowest[above], self._lowest[one])
        if self._lowest[one] == self._number[one]:
            self._close(one)

    def _close(self, first: str) -> None:
        component = {first}
        while (last := self._open.popitem()[0]) != first:
            component.add(last)
        if len(component) > 1 or first in self._called_by(first):
            self._found |= component

    def _called_by(self, one: str) -> AbstractSet[str]:
        return self._calls.get(one, frozenset())
