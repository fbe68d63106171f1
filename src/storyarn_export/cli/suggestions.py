"""What someone may have meant who typed something that is not there."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_SUGGESTED = 3
LIKENESS = 0.75
"""One letter left out, added, changed or swapped in a word of five; not another word of the same kind."""


def meant(typed: str, known: Iterable[str]) -> list[str]:
    """What is much like it, most alike first.

    Args:
        typed: what is not known.
        known: what is.

    Returns:
        MAX_SUGGESTED at most.
    """
    return get_close_matches(typed, list(known), MAX_SUGGESTED, LIKENESS)


def did_you_mean(typed: str, known: Iterable[str]) -> str:
    """A question that can follow an error, with a space before it; empty when nothing is like it."""
    found = meant(typed, known)
    return f" Did you mean {' or '.join(map(repr, found))}?" if found else ""
