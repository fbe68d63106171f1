"""Versions of the format: which can be read, and what makes entities of an older one those of the present."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from storyarn_export.domain.errors import DocumentError
from storyarn_export.domain.story import Kind

Version = tuple[int, int]
CURRENT: Version = (1, 0)
VERSION = re.compile(r"(?P<major>[0-9]{1,6})(?:\.(?P<minor>[0-9]{1,6})(?:[.+-].*)?)?", re.DOTALL)
# Of what a file says, enough to be known again.
MAX_SHOWN_CHARS = 40


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What changed from one version of the format to the next.

    Attributes:
        source: the version that it takes.
        target: the one that it makes of it.
        entities: by kind, what makes of an entity's own object, without what hangs on it, that of the target; it may
            change the object, and is never called for kinds that did not change.
        keys: by kind, the keys that only the source has.
    """

    source: Version
    target: Version
    entities: Mapping[Kind, Callable[[dict[str, Any]], dict[str, Any]]]
    keys: Mapping[Kind, frozenset[str]]


# In any order. A change of the format that older files have to be read with is one more of these, and a golden file of
# the older version in tests/golden. Additions need none: what a file does not say is read as absent.
UPGRADES: tuple[Upgrade, ...] = ()


@dataclass(frozen=True, slots=True)
class Upgrading:
    """The way from the version of a file to the present one.

    Attributes:
        steps: upgrades, the first of them of the file's own version; none where there is nothing to do.
        is_later: whether the file is of a later version than the present one.
    """

    steps: tuple[Upgrade, ...] = ()
    is_later: bool = False

    def keys(self, kind: Kind) -> frozenset[str]:
        """Keys of a kind that only older versions have."""
        return frozenset().union(*(step.keys.get(kind, frozenset()) for step in self.steps))

    def entity(self, kind: Kind, entity: dict[str, Any]) -> dict[str, Any]:
        """An entity's own object as the present version has it."""
        for step in self.steps:
            if kind in step.entities:
                entity = step.entities[kind](entity)
        return entity


def upgrading_from(
    version: str, path: str, *, upgrades: Sequence[Upgrade] = UPGRADES, current: Version = CURRENT
) -> Upgrading:
    """How files of a version are read.

    Later minor versions are read as the present one: they may only add. Of older ones the upgrades are taken that lead
    from them to the present; an older minor version that nothing leads from has changed nothing.

    Args:
        version: as the file says it, such as `1.0.0`; what follows the minor version does not matter.
        path: where it says so.
        upgrades: those that there are.
        current: the present version.

    Raises:
        DocumentError: unsupported-version.
    """
    found = VERSION.fullmatch(version)
    if found is None:
        raise _unsupported(version, path, upgrades, current)
    at: Version = (int(found["major"]), int(found["minor"] or 0))
    by_source = {one.source: one for one in upgrades}
    steps: list[Upgrade] = []
    while at < current and at in by_source:
        steps.append(by_source[at])
        at = by_source[at].target
    if at[0] != current[0]:
        raise _unsupported(version, path, upgrades, current)
    return Upgrading(tuple(steps), is_later=at > current)


def _unsupported(version: str, path: str, upgrades: Sequence[Upgrade], current: Version) -> DocumentError:
    older = [f"{major}.{minor}" for major, minor in sorted(one.source for one in upgrades)]
    return DocumentError(
        "unsupported-version",
        f"version {version[:MAX_SHOWN_CHARS]!r} of the format is not supported",
        path=path,
        hint=f"versions {', '.join([*older, f'{current[0]}.x'])} can be read",
    )
