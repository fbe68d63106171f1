"""Waits between tries at something that is away."""

import random


class Backoff:
    """Waits that double up to a limit, each shortened at random so that those who wait together do not return together.

    Args:
        first_seconds: the longest that the first wait can be.
        longest_seconds: the longest that any wait can be.
    """

    def __init__(self, *, first_seconds: float, longest_seconds: float) -> None:
        self._first_seconds = first_seconds
        self._longest_seconds = longest_seconds
        self._next_seconds = first_seconds

    def next(self) -> float:
        """Seconds to wait now: between half of the present limit and all of it."""
        limit = self._next_seconds
        self._next_seconds = min(limit * 2, self._longest_seconds)
        return limit * random.uniform(0.5, 1)  # noqa: S311 - spreads load, protects nothing

    def reset(self) -> None:
        """Begin with the first wait again: it was there."""
        self._next_seconds = self._first_seconds


def wait_seconds(tries: int, *, first_seconds: float, longest_seconds: float) -> float:
    """The wait after so many tries, for those who cannot keep a `Backoff` between them.

    Args:
        tries: how many there have been, at least 1.
        first_seconds: the longest that the first wait can be.
        longest_seconds: the longest that any wait can be.
    """
    limit = min(first_seconds * 2.0 ** min(tries - 1, 64), longest_seconds)
    return limit * random.uniform(0.5, 1)  # noqa: S311 - spreads load, protects nothing
