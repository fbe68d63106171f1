"""The Prefer header (RFC 7240), as far as exports know it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

MAX_WAIT_SECONDS = 30
SECONDS = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a client would like.

    Attributes:
        respond_async: use the queue whatever the size.
        wait_seconds: how long the answer may take, at most MAX_WAIT_SECONDS; None: not said.
    """

    respond_async: bool = False
    wait_seconds: int | None = None


def parse_prefer(headers: Iterable[str]) -> Preferences:
    """The preferences of a request; what is unknown or malformed is ignored, as the RFC wants it.

    Args:
        headers: values of all Prefer headers, in order; of a preference given twice the first counts.
    """
    given: dict[str, str] = {}
    for part in ",".join(headers).split(","):
        name, _, value = part.partition(";")[0].partition("=")
        given.setdefault(name.strip().lower(), value.strip().strip('"'))
    wait = given.get("wait", "")
    seconds = min(int(wait), MAX_WAIT_SECONDS) if SECONDS.fullmatch(wait) else None
    return Preferences(respond_async="respond-async" in given, wait_seconds=seconds)
