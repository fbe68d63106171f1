"""What a scenario has counted, against what the service promises."""

from collections.abc import Sequence
from dataclasses import dataclass

NOT_ENOUGH = "nothing was measured"


@dataclass(frozen=True, slots=True)
class Count:
    """One line of the table.

    Attributes:
        what: has been counted.
        must: what the promise allows.
        counted: what came of it.
        met: whether the promise was kept; None: only told.
        timed: it depends on how busy the machine is, so that no test may fail of it.
    """

    what: str
    must: str
    counted: str
    met: bool | None
    timed: bool = False


def told(what: str, counted: object) -> Count:
    """Something to know, without a promise."""
    return Count(what, "", str(counted), None)


def exactly(what: str, must: object, counted: object) -> Count:
    """Equal or broken."""
    return Count(what, str(must), str(counted), must == counted)


def at_most(what: str, limit: float, values: Sequence[float], unit: str, *, timed: bool = False) -> Count:
    """The largest of some values against a limit; median and p95 are told as well."""
    if not values:
        return Count(what, f"at most {limit:g} {unit}", NOT_ENOUGH, met=False, timed=timed)
    counted = (
        f"p50 {percentile(values, 50):.3g}, p95 {percentile(values, 95):.3g}, max {max(values):.3g} {unit}"
        if len(values) > 1
        else f"{values[0]:.3g} {unit}"
    )
    return Count(what, f"at most {limit:g} {unit}", counted, max(values) <= limit, timed=timed)


def percentile(values: Sequence[float], percent: int) -> float:
    """The smallest value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
