"""Few cases in which every two values of any two parameters meet."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

Case = dict[str, Any]
Value = tuple[str, Hashable]


def all_pairs(
    parameters: Mapping[str, Sequence[Hashable]], *, possible: Callable[[Case], bool] = lambda _: True
) -> list[Case]:
    """Cases, the same every time.

    Args:
        parameters: values by name.
        possible: whether values may come together, of some or all parameters; pairs that may not are in no case.
    """
    open_pairs = dict.fromkeys(pair for pair in _pairs(parameters) if possible(dict(pair)))
    cases: list[Case] = []
    while open_pairs:
        case = dict(next(iter(open_pairs)))
        for name, values in parameters.items():
            if name not in case:
                choices = [{**case, name: value} for value in values]
                case = max(
                    filter(possible, choices), key=lambda one: sum(pair in open_pairs for pair in _of(one))
                )
        for pair in _of(case):
            open_pairs.pop(pair, None)
        cases.append({name: case[name] for name in parameters})
    return cases


def _pairs(parameters: Mapping[str, Sequence[Hashable]]) -> Iterator[frozenset[Value]]:
    for one, other in combinations(parameters, 2):
        for value in parameters[one]:
            yield from (frozenset({(one, value), (other, second)}) for second in parameters[other])


def _of(case: Case) -> Iterator[frozenset[Value]]:
    return (frozenset(pair) for pair in combinations(case.items(), 2))
