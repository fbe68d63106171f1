"""Slugs that are still free."""

import re
from collections.abc import Collection, Iterator

from storyarn_export.domain.names import slugify

MAX_SLUG_LENGTH = 100
SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def slug_base(name: str, *, fallback: str) -> str:
    """The slug that a name asks for, at most MAX_SLUG_LENGTH characters.

    Args:
        name: any text.
        fallback: the slug when nothing of the name can be kept.
    """
    return slugify(name)[:MAX_SLUG_LENGTH].strip("-") or fallback


def free_slugs(base: str, taken: Collection[str]) -> Iterator[str]:
    """`base`, `base-2`, `base-3` and so on without those that are taken; never ends."""
    if base not in taken:
        yield base
    number = 2
    while True:
        suffix = f"-{number}"
        candidate = base[: MAX_SLUG_LENGTH - len(suffix)].rstrip("-") + suffix
        if candidate not in taken:
            yield candidate
        number += 1
